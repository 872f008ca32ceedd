import { expect, test } from 'vitest';
import { questionTerms, searchTerms } from './search-terms.ts';

/** How much of the weight of the question the passage has. */
const share = (question: string, passage: string): number => {
  const has = new Set(searchTerms(passage).map(({ text }) => text));
  const terms = questionTerms(question, '');
  const sum = (some: typeof terms): number => some.reduce((total, { weight }) => total + weight, 0);
  return sum(terms.filter(({ text }) => has.has(text))) / sum(terms);
};

test.each([
  ["Qu'est-ce que l'assurance couvre ?", 'Assurances'],
  ["D'abord l'appareil", 'Appareils'],
  ['Dov’è l’ufficio?', 'Uffici'],
  ['Wann ist die Frist?', 'Kündigungsfristen'],
  ['Wie melde ich mich an?', 'Anmeldung'],
  ['melden', 'angemeldet'],
  ['Darf ich den Boden wischen?', 'Parkettboden'],
  ['kuendigen', 'Kündigung'],
  ['Strasse', 'Straße'],
  ['œuvre', 'oeuvres'],
  ['smorrebrod', 'Smørrebrød'],
  ['email', 'E-Mails'],
  ['reservar', 'reservaciones'],
  ['payment', 'pay'],
  ['हिन्दी', 'हिन्दी'],
  ['книга', 'Книги'],
])('%s has something of %s', (question, passage) => {
  expect(share(question, passage)).toBeGreaterThan(0);
});

test.each([
  ['What does the pump weigh?', 'What does it do?'],
  ['Wie lange muss ich warten?', 'Wie muss ich das machen?'],
  ['Combien de jours faut-il attendre ?', 'Combien faut-il ?'],
  ['E-4711', 'E-4712'],
  ['boden', 'bodega'],
])('%s has less than half of it in %s', (question, passage) => {
  expect(share(question, passage)).toBeLessThan(0.5);
});

test('a word is whole in a script that writes vowels as marks', () => {
  expect(searchTerms('हिन्दी').map(({ text }) => text)).toContain('हिन्दी');
});

test('the more of a word a passage has, the better, and short words count for less', () => {
  const shares = ['Kündigungsfrist', 'kündbar', 'Kunst', 'Resturlaub'].map((one) => share('Kündigung', one));
  expect(shares.toSorted((one, other) => other - one)).toEqual(shares);
  expect(new Set(shares).size).toBe(4);
  expect(share('xyz maintenance', 'maintenance')).toBeGreaterThan(0.7);
});

test('question words, and what is left of elided ones, are no terms', () => {
  expect(questionTerms("Jusqu'à quand ? D'où l'as-tu ? What's this? Dall'altro?", '').map(({ text }) => text)).toEqual([
    'altro',
    '~altr',
    '~alt',
  ]);
});

test('identifiers are one term, however they are divided', () => {
  const identifiers = (text: string) =>
    searchTerms(text).flatMap(({ text: term }) => (term.startsWith('#') ? [term] : []));
  expect(['E-4711', 'e4711', 'E_4711', 'Ｅ－４７１１'].map(identifiers)).toEqual(Array(4).fill(['#e4711']));
  expect(identifiers('88-1204')).toEqual(['#881204']);
  expect(identifiers('2.4 kg')).toEqual(['#24']);
});

test('terms are bounded in number and length, also of a question, which keeps its weightiest', () => {
  const letters = (number: number): string =>
    String(number).replaceAll(/\d/g, (digit) => 'bcdfghjklm'.charAt(Number(digit)));
  const long = Array.from({ length: 1_500 }, (_, at) => letters(123_456_789 + at * 7_654_321));
  const terms = searchTerms(long.join(' '));
  expect(terms).toHaveLength(1_500);
  expect(Math.max(...terms.map(({ text }) => text.length))).toBeLessThan(50);
  const asked = questionTerms(`${long.slice(0, 50).join(' ')} E-4711`, long.join(' '));
  expect(asked.length).toBeLessThanOrEqual(192);
  expect(asked[0]).toEqual({ text: '#e4711', weight: 2 });
});

test('what only the context has counts for less than the same in the question', () => {
  const weightOf = (terms: ReturnType<typeof questionTerms>) => terms.find(({ text }) => text === 'warehou')?.weight;
  const [asked, referred] = [questionTerms('warehouse', ''), questionTerms('the notice', 'warehouse')].map(weightOf);
  expect(referred).toBeLessThan((asked ?? 0) / 2);
});
