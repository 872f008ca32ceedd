/** Which phrases are found where. */
import { expect, test } from 'vitest';
import { foldWords } from './bounded-text.ts';
import { createPhraseTrie } from './phrase-trie.ts';

const findAll = (phrases: readonly string[], text: string): readonly string[] => {
  const found: string[] = [];
  createPhraseTrie(phrases.map((phrase) => [phrase, phrase])).find(foldWords(text), (phrase) => found.push(phrase));
  return found;
};

test('a phrase is found as whole words, whatever their case, accents and punctuation', () => {
  expect(findAll(['prove', 'step by step', "d'où vient"], 'PROVE it, step-by-step. D’ou vient')).toEqual([
    'prove',
    'step by step',
    "d'où vient",
  ]);
  expect(findAll(['prove'], 'improve, proven, approve')).toEqual([]);
});

test('a star stands for any ending, and for any beginning', () => {
  expect(findAll(['beweis*'], 'Beweisführung und Nachbeweis')).toEqual(['beweis*']);
  expect(findAll(['*gleichung'], 'Differentialgleichung und Gleichungen')).toEqual(['*gleichung']);
  expect(findAll(['*algoritm*'], 'sorteeralgoritmes')).toEqual(['*algoritm*']);
});

test('a phrase of a script without spaces is found anywhere', () => {
  expect(findAll(['証明して', '设计'], 'これを証明してください。请设计一个系统')).toEqual(['証明して', '设计']);
});

test('accents that people leave out are left out: of Latin, Turkish, Polish, Arabic and Hindi', () => {
  expect(findAll(['kanıtla*', 'łódź', 'أثبت', 'डिज़ाइन', 'straße'], 'KANITLA lodz اثبت डिजाइन strasse')).toHaveLength(5);
});
