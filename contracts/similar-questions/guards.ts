/**
 * What two questions of the same meaning must have in common, whatever their words: numbers, units, dates and negations
 * (canonical-question.ts has the names). They are read from the texts as they were written, so they hold even if a rule
 * takes too much off. A guard that is in doubt says that the questions differ.
 */
import { tokensOf } from './question-tokens.ts';

/** Words that are numbers or shares. Digits are numbers by themselves. */
const numberWords = wordsOf(
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fifteen twenty thirty forty fifty hundred thousand million billion first second third fourth fifth half quarter third twice once double triple dozen',
  'null ein eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig dreißig hundert tausend million milliarde erste ersten zweite zweiten dritte dritten vierte hälfte viertel doppelt dutzend',
  'zéro un deux trois quatre cinq six sept huit neuf dix onze douze vingt trente cent mille million milliard premier première deuxième second seconde troisième moitié quart double douzaine',
  'cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce veinte treinta cien ciento mil millón primero primera primer segundo segunda tercero tercera mitad cuarto doble docena',
  'zero uno due tre quattro cinque sei sette otto nove dieci undici dodici venti trenta cento mille milione primo prima secondo seconda terzo terza metà quarto doppio dozzina',
  'zero dois duas três quatro cinco seis sete oito nove dez onze doze vinte trinta cem cento mil milhão primeiro primeira segundo segunda terceiro terceira metade quarto dobro dúzia',
);

const negations = wordsOf(
  "not no never none nobody nothing neither nor without cannot except unless isn't aren't don't doesn't didn't can't won't wasn't weren't shouldn't wouldn't couldn't haven't hasn't hadn't un non lack lacks",
  'nicht kein keine keinen keinem keiner keines nie niemals niemand nichts weder ohne außer nirgends',
  'ne pas non jamais aucun aucune personne rien ni sans sauf nulle',
  'no nunca jamás ningún ninguno ninguna nadie nada ni sin excepto salvo tampoco',
  'non mai nessun nessuno nessuna niente nulla né senza tranne eccetto',
  'não nunca jamais nenhum nenhuma ninguém nada nem sem exceto salvo',
);

const units = wordsOf(
  'km m cm mm mi mile miles meter meters metre metres kilometer kilometers kilometre foot feet ft inch inches yard yards kg g mg lb lbs pound pounds ounce ounces oz ton tons gram grams kilogram kilograms liter liters litre litres l ml gallon gallons pint pints cup cups c f celsius fahrenheit kelvin s sec second seconds min minute minutes hour hours h day days week weeks month months year years usd eur gbp jpy chf dollar dollars euro euros yen pence cent cents watt watts kw kwh joule joules calorie calories kcal volt volts amp amps byte bytes kb mb gb tb bit bits percent mph kmh kph hp acre acres hectare hectares',
  'meter kilometer zentimeter millimeter meile meilen fuß zoll gramm kilogramm pfund tonne tonnen liter grad sekunde sekunden minute minuten stunde stunden tag tage tagen woche wochen monat monate monaten jahr jahre jahren franken prozent hektar',
  'mètre mètres kilomètre kilomètres mille milles pied pieds pouce pouces gramme grammes kilogramme livre livres tonne tonnes litre litres degré degrés seconde secondes minute minutes heure heures jour jours semaine semaines mois an ans année années pour-cent hectare hectares',
  'metro metros kilómetro kilómetros milla millas pie pies pulgada pulgadas gramo gramos kilo kilos libra libras tonelada toneladas litro litros grado grados segundo segundos minuto minutos hora horas día días semana semanas mes meses año años ciento hectárea hectáreas dólar dólares',
  'metro metri chilometro chilometri miglio miglia piede piedi pollice pollici grammo grammi chilo chili libbra libbre tonnellata litro litri grado gradi secondo secondi minuto minuti ora ore giorno giorni settimana settimane mese mesi anno anni ettaro ettari dollaro dollari',
  'metro metros quilômetro quilômetros quilómetro quilómetros milha milhas pé pés polegada polegadas grama gramas quilo quilos libra libras tonelada toneladas litro litros grau graus segundo segundos minuto minutos hora horas dia dias semana semanas mês meses ano anos hectare hectares dólar dólares',
  '$ € £ ¥ % °',
);

const dates = wordsOf(
  'january february march april may june july august september october november december monday tuesday wednesday thursday friday saturday sunday spring summer autumn fall winter morning noon evening night midnight weekend',
  'januar februar märz april mai juni juli august september oktober november dezember montag dienstag mittwoch donnerstag freitag samstag sonntag frühling sommer herbst winter morgen mittag abend nacht mitternacht wochenende',
  'janvier février mars avril mai juin juillet août septembre octobre novembre décembre lundi mardi mercredi jeudi vendredi samedi dimanche printemps été automne hiver matin midi soir nuit minuit',
  'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre lunes martes miércoles jueves viernes sábado domingo primavera verano otoño invierno mañana mediodía tarde noche medianoche',
  'gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre lunedì martedì mercoledì giovedì venerdì sabato domenica primavera estate autunno inverno mattina mezzogiorno sera notte mezzanotte',
  'janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro segunda terça quarta quinta sexta sábado domingo primavera verão outono inverno manhã meio-dia tarde noite meia-noite',
);

function wordsOf(...lists: readonly string[]): ReadonlySet<string> {
  return new Set(lists.flatMap((list) => list.split(' ')));
}

const hasDigit = /\d/;

const picked = (text: string, isPicked: (word: string) => boolean): string =>
  tokensOf(text)
    .map((token) => token.toLowerCase())
    .filter(isPicked)
    .join(' ');

/** Numbers in digits and words, as they are written, in their order. */
export const numbersIn = (text: string): string => picked(text, (word) => hasDigit.test(word) || numberWords.has(word));

/** Units of measure and currencies, in their order. */
export const unitsIn = (text: string): string => picked(text, (word) => units.has(word));

/** Months, days of the week, seasons and times of the day, in their order. Years are numbers. */
export const datesIn = (text: string): string => picked(text, (word) => dates.has(word));

/** Words that deny or exclude, in their order; a contraction such as "isn't" counts as "not". */
export const negationsIn = (text: string): string =>
  tokensOf(text)
    .map((token) => token.toLowerCase())
    .flatMap((word) => {
      if (word.endsWith("n't")) return ['not'];
      if (word === 'cannot') return ['not'];
      // French "n'est", where the vowel of "ne" is left out.
      if (word.startsWith("n'")) return ['ne'];
      return negations.has(word) ? [word] : [];
    })
    .join(' ');

/** What two questions must have in common, as one text. */
export const factsIn = (text: string): string =>
  [numbersIn(text), unitsIn(text), datesIn(text), negationsIn(text)].join('|');
