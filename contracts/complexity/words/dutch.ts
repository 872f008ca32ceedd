/** The words of Dutch questions. */
import type { LanguageWords } from './language-words.ts';

export const dutch: LanguageWords = {
  language: 'nl',
  function:
    'de, het, een, van, en, of, is, zijn, was, ik, je, jij, hij, zij, wij, we, mijn, me, mij, niet, dat, die, dit, deze, in, op, aan, met, voor, naar, uit, bij, te, er, wat, wie, waar, wanneer, hoe, waarom, welke, hoeveel, kan, moet, mag, heeft, wordt, ook, om, als, dan, zit, heel, bedankt, geef, tussen, tot',
  proof:
    'bewijs dat, bewijzen, bewijst, toon aan, aantonen, laat zien dat, weerleg*, leid af, afleiding van, volledige inductie, uit het ongerijmde, tegenvoorbeeld*, onderbouw elke',
  mathematics:
    'integra*, afgeleide*, vergelijking*, *vergelijking, stelling*, vermoeden, matrix, matrices, eigenwaarde*, polyno*, veelterm*, irrationa*, priemgetal*, kans dat, waarschijnlijkheid*, limiet*, converge*, continu, continue, differentieer*, logaritm*, wortel van, entropie, kwantum*, relativiteit*, rij, reeks, aftelba*, deelba*, vector*, combinatori*, functie, variantie, cijfers, som van, op hoeveel manieren, cyclisch*, abels*, faculteit van, dobbelste*, gemiddelde snelheid, oppervlakte, inhoud van, grondtal, diagonal*, veelhoek*, rechthoek*, driehoek*, cirkel*, hoeken, schaakbord, handdruk*, passer en liniaal, som, delen door nul, min keer min, wiskunde',
  design:
    'ontwerp, ontwerpen, ontwikkel*, architectuur, implementeer*, strategie*, plan voor, plan een, stel een plan, *algoritme, *algoritmes, modelleer*, bouw een, stappenplan, reisplan',
  analysis:
    'analys*, beoordeel*, evalueer*, kritisch*, gevolgen, interpreteer*, argument*, beargumenteer*, ethi*, moreel, morele, vrije wil, bewustzijn, determinis*, parado*, filosof*, afweg*, weeg, in hoeverre, betoog, onderbouw*, motiveer*, immoreel, onethisch',
  philosophy:
    'god, ziel, waarheid, rechtvaardig*, vrijheid, zin van het leven, werkelijkheid, bestaan van, identiteit, kennis, schoonheid, bewust, kunstmatige intelligentie, goed en kwaad, menselijke natuur, wil vrij, universum, heelal',
  debugging:
    'debug*, refactor*, optimaliseer*, deadlock*, geheugenlek*, zoek de fout, vind de fout, fout in, bug in, loopt vast, crasht, traag, exception, compileert niet, werkt niet, foutmelding, knelpunt',
  programming:
    'python, javascript, typescript, java, rust, sql, regex, script, api, klasse, compiler, kubernetes, docker, database, query, programma, code, server, recursi*',
  expertise:
    'aansprakelijk*, rechtszaak, juridisch*, legaal, illegaal, wettelijk*, contract*, huur, huurder, huurbaas, huisbaas, ontslagen, ontslag, werkgever, eisen, schadevergoeding, clausule, erfenis, erven, testament, voogdij, diagnos*, symptom*, patient*, dosering, dosis, mg, medicij*, medicatie, bijwerking*, wisselwerking, behandeling, zwanger*, bloeddruk, pijn, nierfalen, metformine, ibuprofen, belasting*, fiscaal, rente, krediet, lening, beleg*, invest*, pensioen, inflatie, ingeslikt, knobbel*, zwelling, gezwollen, bloed*, koorts, uitslag, duizelig*, doof gevoel, nachtzweten, borst, overdosis, kanker, hartaanval, beroerte, allergi*, braken, kortademig, buurman, erfgrens, aandeelhouder*, bv, schuld*, verzekering*, salaris, hypotheek*, hypotheke*',
  steps: 'stap voor stap, elke stap, stapsgewijs, in detail, gedetailleerd*, uitgebreid*, redenering',
  sequence: 'eerst, ten eerste, daarna, vervolgens, dan, tenslotte, ten slotte, tot slot',
  comparison:
    'vergelijk, vergelijken, vergelijking tussen, voor en nadelen, voordelen, nadelen, verschil tussen, verschillen, ten opzichte, versus, vs, beter dan',
  constraints:
    'moet, moeten, hoogstens, minstens, maximaal, minimaal, precies, zonder, alleen met, niet meer dan, voorwaarde*, eisen, budget, gegeven, zodanig dat, stel dat',
  advice:
    'moet ik, zal ik, kan ik beter, zou ik, raad aan, aanrad*, advies, adviseer, is het de moeite, mag ik, mag dat, mag mijn, wat moet, beslis*, risico s, risico, welke opties, beste manier',
  hypothesis:
    'stel, kan een, kan men, kun je, kunnen, zou een, zouden, is het mogelijk, is het ooit, indien, moet er, mogen we, zonder kunnen',
  universal:
    'elke, elk, ieder, iedere, altijd, nooit, alle, mogelijk, onmogelijk, bestaat, bestaan, oneindig*, noodzakelijk, garandeer*',
  why: 'waarom, hoe komt, waardoor, reden*',
  explanation:
    'leg uit, uitleg*, hoe werkt, hoe maak, hoe kan, hoe bak, hoe moet, beschrijf, vat, samenvat*, overzicht, wat gebeurt, vertel, hoe verbeter, bespreek',
  writing:
    'schrijf, schrijven, stel een brief, opstel, artikel, verhaal over, toespraak, gedicht*, ideeen, brief, mail, e mail, email, sollicitatie*, lijst met, maak een, herschrijf, verslag, bedenk',
  lookup:
    'wie, wanneer, waar, hoe oud, hoe hoog, hoe ver, hoe groot, hoe lang, hoe laat, welk jaar, wat is, wat zijn, welke, welk, hoofdstad, inwoners, noem, reken om, in welk, hoe heet',
  quantity: 'hoeveel',
  yesOrNo: 'is, zijn, heeft, zit er, zijn er, is er',
  definition:
    'beteken*, definie*, definitie, schrijf je, spel*, meervoud, synoniem*, tegenovergestelde, ander woord, uitspraak, afkorting, staat voor, wat is een, uitgevonden, ontdekt, spelfout*, corrigeer*',
  translation: 'vertaal, vertaling, vertalen, in het engels, naar het engels, in het frans, in het duits, hoe zeg je',
  greeting:
    'hallo, hoi, bedankt, dank je, dankjewel, goedemorgen, goedemiddag, goedenavond, ok, oke, doei, tot ziens, hoe gaat, top, nuttig',
  followUp:
    'en, maar, dus, meer, ga door, ga verder, nog eens, opnieuw, korter, langer, nu, ja, nee, echt, en als, ook, hetzelfde, bedankt, dank je, ok, oke',
};
