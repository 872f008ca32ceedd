/** The words of German questions. */
import type { LanguageWords } from './language-words.ts';

export const german: LanguageWords = {
  language: 'de',
  function:
    'der, die, das, den, dem, des, ein, eine, einen, einem, einer, und, oder, ist, sind, war, nicht, ich, du, sie, wir, mein, meine, meinen, mir, mich, es, zu, zum, zur, im, in, auf, mit, von, fur, fuer, bei, aus, was, wie, warum, wer, wann, wo, wenn, dass, kann, soll, wird, auch, bitte, als, an, hat, wurde, welche, gibt, uber, vielen, danke, nach, nur, noch, so',
  proof:
    'beweise, beweisen, beweist, beweis dass, beweis fur, beweis der, beweis des, zeige dass, zeig dass, zeigen sie dass, widerleg*, leite her, leite die, leiten sie, herleit*, vollstandige induktion, gegenbeispiel*, jeden schritt, nachweisen',
  mathematics:
    'integral*, integrier*, ableitung*, gleichung*, *gleichung, *gleichungen, matrix, matrizen, eigenwert*, polynom*, irrational*, primzahl*, *wahrscheinlichkeit*, grenzwert*, konvergier*, konvergenz*, stetig*, differenzier*, logarithm*, satz von, theorem*, vermutung, wurzel, entropie, quanten*, relativitatstheorie, auswahlaxiom, mengen, abzahlbar*, teilbar*, vektor*, kombinatori*, funktion, reihe, folge, varianz, erwartungswert, laufzeitkomplexitat, np vollstandig, ganzzahlige*, ziffer*, quersumme, summe der, auf wie viele arten, moglichkeiten gibt, zyklisch*, abelsch*, fakultat, nullen, wurfel, durchschnittsgeschwindigkeit, flache, volumen, rauminhalt, zahlenfolge, diagonal*, *eck, vieleck*, rechteck*, dreieck*, kreis*, winkel*, schachbrett, handedruck*, handschlage, zirkel und lineal, summe, kehrwert*, durch null, minus mal minus',
  design:
    'entwirf, entwerf*, entwurf, entwickle, entwickeln, konzipier*, implementier*, umsetz*, *architektur, *strategie*, konzept*, plane, planen sie, plan fur, *algorithmus, *algorithmen, aufbauen, datenmodell, geschaftsplan, lehrplan, reiseplan, bau mir',
  analysis:
    'analys*, bewert*, beurteil*, abwag*, wage ab, erorter*, interpretier*, auswirkung*, folgen, kritisch, argument*, begrund*, ethi*, moral*, freier wille, willensfreiheit, bewusstsein, determinis*, paradox*, philosoph*, gedankenexperiment, einschatz*, stellung, unmoralisch*, unethisch*',
  philosophy:
    'gott, seele, wahrheit, gerecht*, freiheit, sinn des lebens, erfunden oder entdeckt, wirklichkeit, realitat, existenz, identitat, erkenntnis, schonheit, bewusst*, kunstliche intelligenz, recht ist, richtig zu, falsch zu, menschliche natur, wille, universum, universums',
  debugging:
    'debug*, refaktor*, refactor*, optimier*, deadlock*, verklemm*, speicherleck*, wettlaufsituation*, fehlersuche, behebe, finde den fehler, fehler im, fehler in, fehlermeldung, absturz*, sturzt ab, hangt, exception, zu langsam, warum funktioniert mein, engpass, ursache',
  programming:
    'python, javascript, typescript, java, rust, sql, regex, *funktion in python, skript, api, klasse, compiler, kubernetes, docker, datenbank*, abfrage, programm*, code, server, rekursi*, schnittstelle',
  expertise:
    '*haftung, hafte*, haftet, klage, klagen, verklag*, anwalt, rechtlich*, rechte, rechtens, legal, illegal, erlaubt, *vertrag, *vertrage, *vertrags*, vermieter, mieter, miete, kundig*, *kundigung, gekundigt, arbeitgeber, abmahnung, erbe, *erbe*, testament, sorgerecht, datenschutz*, urheberrecht, diagnos*, symptom*, patient*, dosierung, dosis, medikament*, wechselwirkung*, nebenwirkung*, behandlung*, therapie*, schwanger*, blutdruck, schmerzen, niereninsuffizienz, metformin, ibuprofen, *steuer, *steuern, steuerlich*, absetzen, zins*, kredit*, darlehen, finanzier*, anlegen, geldanlage, rente, inflation, altersvorsorge, etf, verschluckt, knoten, geschwollen*, schwellung*, blut*, fieber, ausschlag, schwindel*, taub*, nachtschweiss, kalter schweiss, brust*, uberdosis, krebs, schlaganfall, herzinfarkt, allergi*, erbrech*, atemnot, *versicherung, grundstuck*, nachbar*, gesellschafter*, schulden',
  steps:
    'schritt fur schritt, schrittweise, jeden schritt, ausfuhrlich*, im detail, detailliert*, mit rechenweg, rechenweg, gib deine gedanken',
  sequence: 'zuerst, zunachst, dann, danach, anschliessend, schliesslich, zuletzt, erstens, zweitens',
  comparison:
    'vergleich*, vor und nachteile*, unterschied*, gegenuberstell*, stelle gegenuber, im gegensatz, vorteile, nachteile, besser als, was ist besser',
  constraints:
    'muss, mussen, hochstens, mindestens, maximal, genau, ohne, darf nicht, nur mit, unter der bedingung, vorgabe*, anforderung*, bedingung*, budget, gegeben, jeweils, nicht mehr als, angenommen',
  advice:
    'soll ich, sollen wir, sollte ich, sollten wir, lohnt, empfehl*, empfiehl*, darf ich, darf er, darf mein, was tun, wie geht man vor, wie gehe ich vor, entscheid*, muss ich, risiken, risiko, am besten, welche moglichkeiten',
  hypothesis:
    'falls, angenommen, gesetzt den fall, kann ein, kann eine, kann man, konnte ein, konnte eine, konnten, konnte man, ist es moglich, ware, waren, durfte man, muss es, muss man, musste',
  universal:
    'jede, jeder, jedes, immer, niemals, alle, moglich, unmoglich, notwendig, existier*, gibt es ein, unendlich*, garantier*, gilt',
  why: 'warum, weshalb, wieso, woran liegt, wie kommt es, grunde',
  explanation:
    'erklar*, erlauter*, wie funktioniert, wie kann, wie konnen, wie mach*, wie back*, wie koch*, wie wird, wie werden, wie entsteht, beschreib*, fass, fasse, zusammenfass*, uberblick, was passiert, erzahl*, wie verbessere, wie lern*, diskutier*, wie bringe, wie baue, wie repariere, wie bekomme, wie schaffe, wie finde, wie soll, wie muss',
  writing:
    'schreib, schreibe, schreiben sie, verfass*, formulier*, aufsatz, artikel, geschichte uber, rede, gedicht*, ideen, brief, e mail, email, mail, bewerbung, liste mit, erstelle, umschreib*, bericht, vorschlage',
  lookup:
    'wer, wann, wo, wie alt, wie hoch, wie weit, wie gross, wie lange, wie heisst, was ist, was sind, welche*, nenn*, hauptstadt, einwohner, umrechn*, wie spat, in welchem jahr, woher, welcher tag',
  quantity: 'wie viel*, wieviel*',
  yesOrNo: 'ist, sind, war, hat, haben, gibt es, gibt es in',
  definition:
    'bedeut*, heisst, definier*, definition, schreibt man, wie schreibt, rechtschreib*, plural, synonym*, gegenteil, anderes wort, ausgesprochen, abkurzung, steht fur, was ist ein, was ist eine, wer hat, erfunden, entdeckt, tippfehler*, buchstabier*, korrigier*',
  translation: 'ubersetz*, auf englisch, ins englische, auf franzosisch, auf spanisch, wie sagt man',
  greeting:
    'hallo, hi, hey, danke, vielen dank, dankeschon, guten morgen, guten tag, guten abend, gute nacht, ok, okay, tschuss, super, wie geht es dir, wie geht s, prima, geholfen, moin, servus',
  followUp:
    'und, aber, was ist mit, wie ware es mit, also, weiter, mehr, mach weiter, nochmal, noch einmal, kurzer, langer, jetzt, mach es, ja, nein, wirklich, bist du sicher, auch, dasselbe, danke, vielen dank, ok, okay',
};
