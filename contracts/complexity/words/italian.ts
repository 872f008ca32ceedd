/** The words of Italian questions. */
import type { LanguageWords } from './language-words.ts';

export const italian: LanguageWords = {
  language: 'it',
  function:
    'il, lo, la, i, gli, le, l, un, uno, una, di, del, della, dei, delle, e, o, che, chi, cosa, come, quando, dove, perche, quale, quanti, quanto, sono, era, ha, ho, mi, ti, si, ci, mio, mia, mie, non, con, per, tra, in, nel, nella, al, alla, da, dal, questo, questa, c, anche, piu, molto, grazie, se, ma, qual, mille',
  proof:
    'dimostra, dimostrare, dimostri, prova che, provare che, mostra che, mostrare che, confuta*, deduci, dedurre, ricava, ricavare, per induzione, per assurdo, controesempi*, giustifica ogni, giustificando',
  mathematics:
    'integral*, derivat*, derivabil*, equazion*, teorema, teoremi, congettura, matrice, matrici, autovalor*, polinomi*, irrazional*, numero primo, numeri primi, probabilita, limite di, limite per, converg*, funzione, continua, logaritm*, radice, entropia, quantistic*, relativita, successione, serie, numerabil*, divisibil*, vettor*, combinatori*, varianza, cifre, somma di, somma delle, in quanti modi, ciclic*, abelian*, fattoriale, dadi, velocita media, numero reale, area, volume, in base, diagonal*, poligon*, rettangol*, triangol*, cerchi*, angolo, angoli, scacchiera, strette di mano, riga e compasso, somma, dividere per zero, meno per meno',
  design:
    'progetta, progettare, progetti un, progetto, architettura, implementa*, sviluppa*, strategi*, pianifica*, piano per, piano di, elabora*, algoritmo, algoritmi, modella*, costruisci, itinerario',
  analysis:
    'analizza*, analisi, valuta*, critica*, implicazion*, interpreta*, argoment*, etic*, moral*, libero arbitrio, coscienza, determinis*, paradoss*, filosof*, conseguenz*, in che misura, giustifica*, immoral*',
  philosophy:
    'dio, anima, verita, giusto, giustizia, liberta, senso della vita, realta, esistenza, identita, conoscenza, bellezza, cosciente, coscienti, intelligenza artificiale, il bene, il male, natura umana, volonta, universo',
  debugging:
    'debug*, refactor*, ottimizza*, deadlock, perdita di memoria, si blocca, trova il bug, trova l errore, errore in, errore nel, correggi questo codice, lenta, lento, eccezione, non compila, non funziona, messaggio di errore, collo di bottiglia',
  programming:
    'python, javascript, typescript, java, rust, sql, regex, script, api, classe, compilatore, kubernetes, docker, database, query, programma, codice, server, ricorsi*',
  expertise:
    'responsab*, causa legale, denunci*, giuridic*, legal*, illegal*, contratto, contratti, affitto, inquilin*, locatore, sfratt*, licenzia*, datore, impugn*, risarcimento, clausola, eredit*, testamento, affidamento, diagnos*, sintom*, paziente, dosaggio, dose, mg, farmac*, effetti collaterali, interazion*, terapia, trattamento, gravidanza, incinta, pressione, dolore, insufficienza, metformina, ibuprofene, tasse, fiscal*, iva, mutuo, tasso, prestito, invest*, pensione, inflazione, noleggio a lungo, ingoiato, nodulo, gonfi*, sangu*, febbre, eruzione, vertigin*, intorpid*, sudor*, petto, overdose, cancro, tumore, infarto, ictus, allergi*, vomit*, affanno, vicino di, confine, socio, soci, debit*, assicurazion*, inquilino',
  steps:
    'passo per passo, passo passo, passo dopo passo, ogni passo, ogni passaggio, in dettaglio, dettagliat*, ragionamento',
  sequence: 'prima, innanzitutto, poi, dopo, quindi, infine, in primo luogo',
  comparison:
    'confronta, confrontare, confronto, paragona*, vantaggi, svantaggi, pro e contro, differenza tra, differenze, rispetto a, versus, vs, meglio di',
  constraints:
    'deve, devono, al massimo, al minimo, almeno, esattamente, senza usare, senza, solo con, non piu di, condizion*, vincol*, budget, sapendo che, tale che, requisiti, supponi*',
  advice:
    'devo, dovrei, consigli*, raccomand*, vale la pena, conviene, posso, ho diritto, cosa faccio, come procedo, decidere, decisione, rischi, rischio, quali opzioni, modo migliore',
  hypothesis:
    'se, suppon*, immagin*, puo un, puo una, puo il, puo la, possono, potrebbe*, sarebbe, e possibile, si puo, deve esserci, si deve',
  universal:
    'ogni, tutti i, tutte le, sempre, mai, qualsiasi, possibile, impossibile, esiste*, esistono, infinit*, necessariamente, garanti*',
  why: 'perche il, perche la, perche i, perche le, perche gli, perche si, perche non, perche, come mai, ragion*, motivo',
  explanation:
    'spiega*, come funziona, come si fa, come si prepara, come posso, come fare, descriv*, riassum*, panoramica, cosa succede, parlami, come miglior*, discuti',
  writing:
    'scrivi, scrivere, scriva, redigi, saggio, articolo, storia su, racconto, discorso, poesia, idee, lettera, mail, email, lista di, elenco di, crea, riscriv*, relazione, proponi',
  lookup:
    'chi, quando, dove, che ora, che ore, che anno, qual e, quale, quali sono, capitale, popolazione, nomina, dimmi, converti, in che anno, che giorno, quanto dura, in che, come si chiama',
  quantity: 'quanti, quante, quanto, quanta',
  yesOrNo: 'e, sono, ha, c e, ci sono, contiene',
  definition:
    'signific*, senso di, defini*, si scrive, ortograf*, plurale, sinonim*, contrario, altra parola, pronunci*, abbreviazione, cos e, che cos e, inventato, scoperto, correggi l errore, correggi questa',
  translation: 'traduc*, traduzione, in inglese, in francese, in tedesco, come si dice',
  greeting:
    'ciao, grazie, buongiorno, buonasera, buonanotte, salve, ok, va bene, perfetto, arrivederci, come stai, come va, utile',
  followUp:
    'e, ma, allora, quindi, ancora, continua, vai avanti, piu corto, piu lungo, adesso, ora, si, no, davvero, e se, anche, uguale, grazie, ok, va bene',
};
