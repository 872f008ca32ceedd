import { expect, test } from 'vitest';
import { languagesWithTime, namesTime } from './words-of-time.ts';

test('it knows words of the languages in which questions are judged', () => {
  expect([...languagesWithTime].sort()).toEqual(
    ['ar', 'de', 'en', 'es', 'fr', 'hi', 'it', 'ja', 'ko', 'nl', 'pl', 'pt', 'ru', 'tr', 'zh'].sort(),
  );
});

test.each([
  'What is the weather like today?',
  'Who is the CURRENT president of France?',
  'What’s the latest iPhone?',
  'Welche Nachrichten gibt es heute?',
  'Wie spät ist es?',
  'Quelle heure est-il ?',
  'Qui est l’actuel président ?',
  '¿Qué tiempo hace ahora?',
  'Chi è il presidente attuale?',
  'Quem é o presidente atual?',
  'Wie is nu de minister-president?',
  'Kto jest obecnie premierem?',
  'Кто сейчас президент?',
  'Bugün hava nasıl?',
  'ما هو الطقس اليوم؟',
  'आज मौसम कैसा है?',
  '今天天气怎么样？',
  '今の首相は誰ですか',
  '오늘 날씨 어때?',
  `${'word '.repeat(3_000)}today`,
  `${'wörd '.repeat(3_000)}today`,
])('%s', (question) => {
  expect(namesTime(question)).toBe(true);
});

test.each([
  'What is the capital of France?',
  'Prove that the square root of 2 is irrational.',
  'Was ist die Hauptstadt von Frankreich?',
  'Quelle est la capitale de la France ?',
  'What do you know about knowledge?',
  '法国的首都是哪里？',
  'フランスの首都はどこですか？',
])('not %s', (question) => {
  expect(namesTime(question)).toBe(false);
});
