/** The words of French questions. */
import type { LanguageWords } from './language-words.ts';

export const french: LanguageWords = {
  language: 'fr',
  function:
    'le, la, les, l, un, une, des, de, du, d, et, ou, est, sont, etait, je, tu, il, elle, nous, vous, mon, ma, mes, ton, ce, c, cette, ces, que, qu, qui, quoi, quel, quelle, dans, en, pour, par, sur, avec, pas, ne, comment, pourquoi, quand, au, aux, me, moi, se, s, a, entre, comme, plus, merci, tres, fait, peut',
  proof:
    'demontre, demontrer, demontrez, prouve, prouver, prouvez, montre que, montrer que, montrez que, refute*, deduis, deduire, etablis que, par recurrence, par l absurde, contre exemple*, justifie chaque, preuve que',
  mathematics:
    'integrale*, derivee*, derivable*, equation*, theoreme*, conjecture*, matrice*, valeur propre, valeurs propres, polynome*, irrationnel*, nombre premier, nombres premiers, probabilite*, limite de, limites de, converge*, fonction continue, logarithm*, racine de, racine carree, entropie, quantique*, relativite, suite, serie, denombrable*, divisible*, vecteur*, combinatoire, calculabl*, variance, continue*, fonction, chiffres, somme des, somme de, de combien de facons, cyclique*, abelien*, factorielle, des a jouer, vitesse moyenne, aire, volume, en base, diagonale*, polygone*, rectangle*, triangle*, cercle*, angle, angles, echiquier, poignees de main, regle et au compas, somme, diviser par zero, division par zero, moins par moins',
  design:
    'concois, concevoir, concevez, conception, architecture, implemente*, developpe*, strategie*, planifie*, plan de, plan pour, elabore*, algorithme*, modelise*, feuille de route, business plan, construis, itineraire',
  analysis:
    'analys*, evalue*, critique*, compromis, implications, interprete*, argument*, dissertation, ethique*, moral*, libre arbitre, conscience, determinis*, paradoxe*, philosoph*, consequences, pese*, dans quelle mesure, commente, justifie*, immoral*',
  philosophy:
    'dieu, ame, verite, juste, justice, liberte, sens de la vie, realite, existence, identite, connaissance, beaute, consciente, conscient, intelligence artificielle, le bien, le mal, nature humaine, volonte, univers',
  debugging:
    'debog*, debug*, refactor*, optimise*, interblocage, fuite memoire, fuites memoire, plante, trouve l erreur, trouver l erreur, trouve le bug, trouve pourquoi, corrige ce code, lente, lent, exception, ne compile pas, ne marche pas, message d erreur, goulot',
  programming:
    'python, javascript, typescript, java, rust, sql, regex, script, api, classe, compilateur, kubernetes, docker, base de donnees, requete, programme, code, serveur, recursi*',
  expertise:
    'responsab*, proces, juridique*, legal*, illegal*, contrat*, bail, locataire*, proprietaire, expuls*, employeur, licenci*, prud homm*, recours, clause, rgpd, heritage, heriter, succession, garde, diagnosti*, symptome*, patient*, posologie, dose, mg, medicament*, effet* secondaire*, interaction*, traitement, enceinte, grossesse, tension, douleur*, ibuprofene, metformine, lithium, impot*, fiscal*, taux, credit, pret, investi*, placement, retraite, inflation, avale, grosseur, gonfle*, saigne*, fievre, eruption, vertige*, engourdi*, sueurs, poitrine, surdose, cancer, avc, infarctus, allergi*, vomi*, essouffle*, indivision, voisin*, associe*, dette*, assurance, hypothequ*',
  steps: 'etape par etape, pas a pas, chaque etape, en detail, detaille*, raisonnement, detailler',
  sequence: 'd abord, premierement, ensuite, puis, apres, enfin, finalement, deuxiemement',
  comparison:
    'compare, comparer, comparez, comparaison, avantages, inconvenients, pour et le contre, difference entre, differences, par rapport, versus, vs, mieux que',
  constraints:
    'doit, doivent, au plus, au moins, au maximum, exactement, sans, uniquement, pas plus de, a condition, contrainte*, budget, sachant que, tel que, exigences, suppose*',
  advice:
    'dois je, devrais je, faut il, que faut, conseil*, recommand*, vaut il, puis je, ai je le droit, que faire, decision, decider, risques, risque, quelles options, meilleure facon, vaut mieux',
  hypothesis:
    's il, si on, si un, si une, si l, si le, si la, suppos*, imagin*, peut on, peut il, peut elle, peut un, peut une, pourrait*, serait, est il possible, doit on, doit il, faut il',
  universal:
    'tout, toute, toutes, tous les, toujours, jamais, chaque, possible, impossible, existe*, infini*, necessairement, garanti*',
  why: 'pourquoi, raison*, a cause de quoi, d ou vient',
  explanation:
    'explique*, comment fonctionne, comment faire, comment prepare*, comment puis, comment peut, comment marche, decri*, resum*, apercu, que se passe, parle moi, comment amelior*, discute*, presente*',
  writing:
    'ecris, ecrire, ecrivez, redige*, essai, article, histoire sur, discours, poeme*, idees, lettre, courriel, e mail, mail, lettre de motivation, liste de, cree, reformule*, rapport, propose',
  lookup:
    'qui, quand, ou est, ou se, quel age, quelle heure, quelle annee, quel est, quelle est, quels sont, capitale, population, nomme, cite, converti*, depuis quand, en quelle, quel jour, quoi, quel, quelle, ou se trouve, dans quel',
  quantity: 'combien',
  yesOrNo: 'est ce que, est il, est elle, sont ils, sont elles, a t il, y a t il, contient il, est',
  definition:
    'signifi*, veut dire, sens de, defini*, ecrit on, orthograph*, pluriel, synonyme*, contraire, autre mot, prononc*, abreviation, qu est ce qu un, qu est ce qu une, invente, decouvert, corrige la faute, epelle, corrige cette',
  translation: 'tradui*, traduction, en anglais, en allemand, en espagnol, comment dit on',
  greeting:
    'bonjour, salut, bonsoir, merci, coucou, ok, d accord, super, au revoir, comment vas, ca va, bonne nuit, utile, bonne journee',
  followUp:
    'et, mais, alors, donc, encore, continue, plus court, plus long, maintenant, oui, non, vraiment, et si, pareil, aussi, merci, ok, d accord',
};
