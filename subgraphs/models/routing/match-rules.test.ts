/** Which rule of a policy a question follows, and what is said of each. */
import { expect, test } from 'vitest';
import type { PolicyRule } from '../entities.ts';
import { judgeRules, type RuledQuestion } from './match-rules.ts';

const ruleOf = (differences: Partial<PolicyRule>): PolicyRule => ({
  complexity: [],
  languages: [],
  images: null,
  tools: null,
  moderation: [],
  plans: [],
  modelIds: ['acme/small'],
  pool: null,
  strict: false,
  ...differences,
});
const questionOf = (differences: Partial<RuledQuestion> = {}): RuledQuestion => ({
  complexity: 'SIMPLE',
  language: 'en',
  moderation: [],
  requires: [],
  plan: 'FREE',
  ...differences,
});
const judge = (rules: readonly Partial<PolicyRule>[], question: Partial<RuledQuestion> = {}) =>
  judgeRules(rules.map(ruleOf), questionOf(question)).map(({ verdict, reason }) => [verdict, reason]);

const conditions: readonly (readonly [string, Partial<PolicyRule>, Partial<RuledQuestion>, string, string])[] = [
  [
    'complexity',
    { complexity: ['MODERATE', 'COMPLEX'] },
    { complexity: 'COMPLEX' },
    'Its complexity is COMPLEX.',
    'Its complexity is SIMPLE, not MODERATE or COMPLEX.',
  ],
  ['language', { languages: ['de'] }, { language: 'de' }, 'Its language is de.', 'Its language is en, not de.'],
  ['images', { images: true }, { requires: ['VISION'] }, 'It has images.', 'It has no images.'],
  ['tools', { tools: true }, { requires: ['TOOLS'] }, 'It names tools.', 'It names no tools.'],
  [
    'flagged categories',
    { moderation: ['HATE', 'THREAT'] },
    { moderation: ['THREAT', 'PROFANITY'] },
    'It was flagged for THREAT.',
    'It was not flagged for HATE or THREAT.',
  ],
  ['plans', { plans: ['PRO'] }, { plan: 'PRO' }, 'The plan is PRO.', 'The plan is FREE, not PRO.'],
];
test.each(conditions)('a rule with %s is for the questions that have it, and for no others', (...condition) => {
  const [, rule, question, holds, fails] = condition;
  expect(judge([rule], question)).toEqual([['FOLLOWED', holds]]);
  expect(judge([rule])).toEqual([['NOT_MATCHED', fails]]);
});

test('what nobody has judged matches no rule that asks for it', () => {
  const unknown = { complexity: undefined, language: undefined };
  expect(judge([{ complexity: ['SIMPLE'] }, { languages: ['en'] }, {}], unknown)).toEqual([
    ['NOT_MATCHED', 'Its complexity is unknown, not SIMPLE.'],
    ['NOT_MATCHED', 'Its language is unknown, not en.'],
    ['FOLLOWED', 'It has no conditions.'],
  ]);
});

test('all conditions of a rule must hold', () => {
  const rule = { complexity: ['SIMPLE'], languages: ['en'], images: false } as const;
  expect(judge([rule])).toEqual([['FOLLOWED', 'Its complexity is SIMPLE, its language is en, it has no images.']]);
  expect(judge([rule], { requires: ['VISION'] })).toEqual([['NOT_MATCHED', 'It has images.']]);
  expect(judge([rule], { language: 'de' })).toEqual([['NOT_MATCHED', 'Its language is de, not en.']]);
});

test('the first rule that is for a question is followed, and the later ones say so', () => {
  const rules = [{ languages: ['de'] }, { complexity: ['SIMPLE'] }, { languages: ['en'] }, {}] as const;
  expect(judge(rules)).toEqual([
    ['NOT_MATCHED', 'Its language is en, not de.'],
    ['FOLLOWED', 'Its complexity is SIMPLE.'],
    ['EARLIER_FOLLOWED', 'Rule 2 comes first; its language is en.'],
    ['EARLIER_FOLLOWED', 'Rule 2 comes first; it has no conditions.'],
  ]);
});
