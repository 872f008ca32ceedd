/** Rules that an administrator may set, and the argument and sentence of each one that can never be followed. */
import { expect, test } from 'vitest';
import type { CatalogueSnapshot, ListedModel } from '../catalogue/catalogue.ts';
import { unknownHealth } from '../catalogue/model-health.ts';
import { parseRules, type RuledPolicy, type RuleInput } from './parse-rules.ts';

const modelOf = (id: string, differences: Partial<ListedModel> = {}): ListedModel => ({
  id,
  displayName: id,
  provider: { name: 'acme', displayName: 'Acme', kind: 'openai-compatible' },
  pool: 'SMALL',
  contextWindow: 1000,
  maxOutputTokens: 100,
  capabilities: [],
  tiers: ['FREE', 'PRO'],
  enabled: true,
  price: { input: '1', cachedInput: '1', cacheWrite: '1', output: '1', effectiveFrom: new Date(0) },
  laterPrices: [],
  health: unknownHealth,
  workersLiveUntil: [],
  createdAt: new Date(0),
  updatedAt: new Date(0),
  ...differences,
});
const models = [
  modelOf('acme/small'),
  modelOf('acme/large', { pool: 'LARGE', capabilities: ['VISION', 'TOOLS'], tiers: ['PRO'] }),
  modelOf('acme/vectors', { capabilities: ['EMBEDDING'] }),
];
const catalogue: CatalogueSnapshot = {
  models,
  byId: new Map(models.map((model) => [model.id, model])),
  paces: new Map(),
  nextPriceAt: Number.POSITIVE_INFINITY,
};
const parse = (rules: readonly Partial<RuleInput>[], policy: Partial<RuledPolicy> = {}) =>
  parseRules(
    rules.map((rule) => ({ strict: false, ...rule })),
    { modelIds: [], requires: [], catalogue, ...policy },
  );
const small = { modelIds: ['acme/small'] };
const large = { modelIds: ['acme/large'] };

test('keeps rules in their order, without values that stand twice', () => {
  expect(
    parse([
      { ...large, languages: ['de', 'de'], images: true },
      { pool: 'SMALL', strict: true },
    ]),
  ).toEqual([
    {
      ...{ complexity: [], languages: ['de'], images: true, tools: null, moderation: [], plans: [] },
      ...{ modelIds: ['acme/large'], pool: null, strict: false },
    },
    {
      ...{ complexity: [], languages: [], images: null, tools: null, moderation: [], plans: [] },
      ...{ modelIds: [], pool: 'SMALL', strict: true },
    },
  ]);
});

/** What is wrong; the rules; the argument; what the sentence says; the policy. */
type Fault = readonly [string, readonly Partial<RuleInput>[], string, RegExp, Partial<RuledPolicy>?];
const faults: readonly Fault[] = [
  ['neither models nor a pool', [{ complexity: ['SIMPLE'] }], '.0', /Name one of them/],
  ['both models and a pool', [{ ...small, pool: 'LARGE' }], '.0.pool', /Remove one of them/],
  ['a model that does not exist', [{ modelIds: ['acme/none'] }], '.0.modelIds', /"models" lists them/],
  ['a model twice', [{ modelIds: ['acme/small', 'acme/small'] }], '.0.modelIds', /twice/],
  ['a model that makes embeddings', [{ modelIds: ['acme/vectors'] }], '.0.modelIds', /embeddings/],
  ['a model that the policy has not', [large], '.0.modelIds', /Add it there too/, { modelIds: ['acme/small'] }],
  ['a pool of no model of the policy', [{ pool: 'LARGE' }], '.0.pool', /Add one to it/, { modelIds: ['acme/small'] }],
  ['a language that is never recognized', [small, { ...large, languages: ['tlh'] }], '.1.languages', /\ben\b/],
  ['images for models that see nothing', [{ ...small, images: true }], '.0.images', /VISION/],
  ['tools for models that call none', [{ ...small, tools: true }], '.0.tools', /TOOLS/],
  ['plans that include none of its models', [{ ...large, plans: ['FREE'] }], '.0.plans', /plans/],
  ['models that lack what the policy requires', [small], '.0.modelIds', /requires/, { requires: ['VISION'] }],
  ['what an earlier one always takes', [small, { ...large, languages: ['de'] }], '.1', /rule 1 .* Move it up/],
  [
    'conditions that an earlier one has fewer of',
    [
      { ...small, complexity: ['SIMPLE', 'MODERATE'], images: false },
      { ...large, complexity: ['SIMPLE'], images: false, tools: false },
    ],
    '.1',
    /never followed/,
  ],
  ['too many others beside it', Array.from({ length: 51 }, () => small), '', /at most 50/],
  [
    'too many models',
    [{ modelIds: Array.from({ length: 21 }, (_, index) => `acme/${index}`) }],
    '.0.modelIds',
    /at most 20/,
  ],
];
const named = faults.map(([what, rules, argument, message, policy = {}]) => {
  return [what, { rules, argument, message, policy }] as const;
});
test.each(named)('refuses a rule with %s', (_, { rules, argument, message, policy }) => {
  expect(() => parse(rules, policy)).toThrow(
    expect.objectContaining({
      code: 'BAD_USER_INPUT',
      message: expect.stringMatching(message),
      argument: `input.rules${argument}`,
    }),
  );
});

test.each([
  ['another condition', { languages: ['de'] }, { complexity: ['SIMPLE'] }],
  ['more values', { complexity: ['SIMPLE'] }, { complexity: ['SIMPLE', 'COMPLEX'] }],
  ['the opposite', { images: true, ...large }, { images: false }],
  ['no conditions', { plans: ['PRO'] }, {}],
] as const)('allows a rule after one with %s', (_, earlier: Partial<RuleInput>, later: Partial<RuleInput>) => {
  expect(
    parse([
      { ...small, ...earlier },
      { ...small, ...later },
    ]),
  ).toHaveLength(2);
});

test('a pool without models may be named, because workers may announce them later', () => {
  expect(parse([{ pool: 'MEDIUM', images: true }])).toHaveLength(1);
});
