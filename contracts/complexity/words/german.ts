/** The words of German questions. */
import type { LanguageWords } from './language-words.ts';

export const german: LanguageWords = {
  language: 'de',
  function:
    'der, die, das, den, dem, des, ein, eine, einen, einem, einer, und, oder, ist, sind, war, nicht, ich, du, sie, wir, mein, meine, mir, mich, es, zu, zum, zur, im, in, auf, mit, von, fur, fuer, bei, aus, was, wie, warum, wer, wann, wo, wenn, dass, kann, soll, wird, auch, bitte, als, an',
  proof: 'beweis*, zeige dass, zeig dass, widerleg*, leite her, herleit*, herleitung*, vollstandige induktion',
  mathematics:
    'integral*, ableitung*, gleichung*, matri*, eigenwert*, polynom*, irrational*, primzahl*, wahrscheinlichkeit*, *differentialgleichung*, grenzwert*, konvergier*, logarithm*',
  design: 'entwirf, entwerf*, entwickle, implementier*, architektur*, strategie*, konzept*, plane',
  analysis: 'analysier*, bewert*, beurteil*, abwag*, erorter*, interpretier*, auswirkung*',
  debugging: 'debug*, refaktor*, optimier*, deadlock*, speicherleck*, fehlersuche, behebe',
  expertise: 'haft*, klage*, vertrag*, diagnos*, symptom*, dosierung*, wechselwirkung*, steuer*, kundig*, gesetz*',
  steps: 'schritt fur schritt, ausfuhrlich, im detail',
  sequence: 'zuerst, dann, danach, anschliessend, schliesslich, zuletzt',
  comparison: 'vergleich*, vor und nachteile*, unterschied*, gegenuberstell*',
  constraints: 'muss, mussen, hochstens, mindestens, genau, ohne, darf nicht, nur mit',
  why: 'warum, weshalb, wieso',
  explanation: 'erklar*, wie funktioniert, wie kann, beschreib*, fass zusammen, zusammenfass*',
  writing: 'schreib*, verfass*, formulier*, aufsatz, artikel, geschichte, rede',
  lookup:
    'wer, wann, wo, wie viele, wie viel, wie alt, wie heisst, was ist, was bedeutet, welche*, nenn*, definier*, hauptstadt, ist, sind',
  translation: 'ubersetz*, auf englisch, auf franzosisch, was heisst',
  greeting: 'hallo, hi, danke, vielen dank, guten morgen, guten tag, guten abend, ok, tschuss, super',
  followUp: 'und, aber, was ist mit, wie ware es mit, also, weiter, mehr, mach weiter',
};
