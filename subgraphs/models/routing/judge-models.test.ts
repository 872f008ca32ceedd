/** The rules of routing, one by one, and the order of the candidates. */
import { expect, test } from 'vitest';
import type { ListedModel } from '../catalogue/catalogue.ts';
import { unknownHealth } from '../catalogue/model-health.ts';
import type { PolicyRule, RoutingPolicy } from '../entities.ts';
import { judgeModels } from './judge-models.ts';
import type { RouteQuestion } from './route-question.ts';

const now = 1_000_000;
const listed = (id: string, differences: Partial<ListedModel> = {}): ListedModel => ({
  id,
  displayName: id,
  provider: { name: 'acme', displayName: 'Acme', kind: 'openai-compatible' },
  pool: 'EXTERNAL',
  contextWindow: 1000,
  maxOutputTokens: 100,
  capabilities: [],
  tiers: ['FREE'],
  enabled: true,
  price: { input: '1', cachedInput: '1', cacheWrite: null, output: '1', effectiveFrom: new Date(0) },
  laterPrices: [],
  health: unknownHealth,
  workersLiveUntil: [now + 1],
  createdAt: new Date(0),
  updatedAt: new Date(0),
  ...differences,
});
const price = (input: string, output: string): Partial<ListedModel> => ({
  price: { input, cachedInput: '0', cacheWrite: null, output, effectiveFrom: new Date(0) },
});
const policyOf = (differences: Partial<RoutingPolicy>): RouteQuestion['scope'] => ({
  policy: {
    tenantId: '',
    name: 'p',
    description: null,
    modelIds: [],
    requires: [],
    strategy: 'PREFERENCE',
    maxInputPrice: null,
    maxOutputPrice: null,
    rules: [],
    latencyTargetMs: null,
    costCeilingUsd: null,
    requestCacheSeconds: null,
    similarCacheSeconds: null,
    usesCuratedReplies: false,
    cacheShare: 'USER',
    defaultOutputTokens: null,
    maxOutputTokens: null,
    isDefault: false,
    createdAt: new Date(0),
    updatedAt: new Date(0),
    ...differences,
  },
});
const judge = (models: readonly ListedModel[], differences: Partial<RouteQuestion> = {}) =>
  judgeModels(models, {
    scope: 'PLATFORM',
    requires: [],
    inputTokens: 10,
    promptTokens: 10,
    maxOutputTokens: undefined,
    plan: 'FREE',
    tenantId: 'acme',
    now,
    ...differences,
  });
const verdicts = (...args: Parameters<typeof judge>): string[] =>
  judge(...args).map(({ model, verdict }) => `${model.id} ${verdict}`);

test('keeps the order of the platform by default', () => {
  expect(verdicts([listed('b'), listed('a'), listed('c')])).toEqual(['b CHOSEN', 'a FALLBACK', 'c FALLBACK']);
});

const rule: PolicyRule = {
  complexity: [],
  languages: [],
  images: null,
  tools: null,
  moderation: [],
  plans: [],
  modelIds: [],
  pool: null,
  strict: false,
};
/** A policy of which rule 1 is followed. */
const following = (differences: Partial<PolicyRule>, policy: Partial<RoutingPolicy> = {}): RouteQuestion['scope'] => {
  const own = { ...rule, ...differences };
  const scope = policyOf({ strategy: 'AUTO', rules: [own], ...policy });
  return typeof scope === 'object' && 'policy' in scope
    ? { policy: scope.policy, followed: { position: 1, rule: own } }
    : scope;
};

const losing: readonly (readonly [string, Partial<ListedModel>, Partial<RouteQuestion>, string])[] = [
  ['the policy does not list it', {}, { scope: policyOf({ modelIds: ['b'] }) }, 'NOT_IN_POLICY'],
  ['another model was named', {}, { scope: { modelId: 'b' } }, 'NOT_IN_POLICY'],
  ['it is switched off', { enabled: false }, {}, 'DISABLED'],
  ['its last worker fell silent', { workersLiveUntil: [now] }, {}, 'NO_WORKER'],
  [
    'the message needs what it cannot do',
    { capabilities: ['TOOLS'] },
    { requires: ['TOOLS', 'JSON'] },
    'MISSING_CAPABILITY',
  ],
  ['the policy needs what it cannot do', {}, { scope: policyOf({ requires: ['VISION'] }) }, 'MISSING_CAPABILITY'],
  ['it makes embeddings', { capabilities: ['EMBEDDING'] }, {}, 'MISSING_CAPABILITY'],
  ['the plan does not include it', { tiers: ['PRO'] }, {}, 'NOT_IN_PLAN'],
  ['the prompt leaves no room for a reply', {}, { inputTokens: 901 }, 'TOO_LONG'],
  [
    'the requested length of the reply does not fit',
    { maxOutputTokens: 500 },
    { inputTokens: 600, maxOutputTokens: 450 },
    'TOO_LONG',
  ],
  ['its input costs too much', {}, { scope: policyOf({ maxInputPrice: '0.99' }) }, 'TOO_EXPENSIVE'],
  ['its output costs too much', {}, { scope: policyOf({ maxOutputPrice: '0.99' }) }, 'TOO_EXPENSIVE'],
  [
    'a rule is followed that allows other models only',
    {},
    { scope: following({ modelIds: ['b'], strict: true }) },
    'NOT_IN_RULE',
  ],
  [
    'its longest reply could cost more than the policy allows',
    {},
    { scope: policyOf({ costCeilingUsd: '0.000199' }), promptTokens: 100 },
    'TOO_EXPENSIVE',
  ],
  ['its circuit is open', { health: { ...unknownHealth, state: 'OPEN' } }, {}, 'UNHEALTHY'],
  [
    'its circuit is open for this tenant',
    { health: { ...unknownHealth, state: 'HALF_OPEN', ownStates: new Map([['acme', 'OPEN']]) } },
    {},
    'UNHEALTHY',
  ],
];
test.each(losing)('leaves a model out when %s', (_, model, question, verdict) => {
  const [judgement] = judge([listed('a', model)], question);
  expect(judgement?.verdict).toBe(verdict);
  expect(judgement?.reason).toMatch(/^[A-Z].*\.$/);
});

test.each([
  ['prompt and reply fill the context window', { inputTokens: 900 }],
  ['it costs just what the policy allows', { scope: policyOf({ maxInputPrice: '1.0', maxOutputPrice: '1' }) }],
  [
    'its longest reply costs just what the policy allows',
    { scope: policyOf({ costCeilingUsd: '0.0002' }), promptTokens: 100 },
  ],
  [
    'a smaller limit keeps its reply below the ceiling',
    { scope: policyOf({ costCeilingUsd: '0.00011' }), promptTokens: 100, maxOutputTokens: 10 },
  ],
  ['a rule that allows other models only asks for it', { scope: following({ pool: 'EXTERNAL', strict: true }) }],
  ['its circuit is open for another tenant', {}],
  ['the requested length exceeds what it ever writes', { inputTokens: 900, maxOutputTokens: 5000 }],
] as const)('routes to a model when %s', (_, question) => {
  const health = { ...unknownHealth, ownStates: new Map([['initech', 'OPEN' as const]]) };
  expect(verdicts([listed('a', { health })], question)).toEqual(['a CHOSEN']);
});

test('gives the reason that has to be fixed first', () => {
  const hopeless = listed('a', { enabled: false, tiers: ['PRO'], workersLiveUntil: [] });
  expect(verdicts([hopeless], { requires: ['VISION'], inputTokens: 5000 })).toEqual(['a DISABLED']);
});

test('orders a model that failed lately after every healthy one', () => {
  const halfOpen = { health: { ...unknownHealth, state: 'HALF_OPEN' as const } };
  const models = [listed('a', halfOpen), listed('b'), listed('c')];
  expect(verdicts(models, { scope: policyOf({ modelIds: ['a', 'c', 'b'] }) })).toEqual([
    'c CHOSEN',
    'b FALLBACK',
    'a FALLBACK',
  ]);
});

test('puts models with a capability that a reply prefers before the others, and leaves none out', () => {
  const able = { capabilities: ['JSON' as const] };
  const failing = { ...able, health: { ...unknownHealth, state: 'HALF_OPEN' as const } };
  const models = [listed('a'), listed('b', able), listed('c', failing)];
  const scope = policyOf({ modelIds: ['a', 'b', 'c'] });
  expect(verdicts(models, { scope, prefers: ['JSON'] })).toEqual(['b CHOSEN', 'a FALLBACK', 'c FALLBACK']);
  expect(judge(models, { scope, prefers: ['JSON'] })[0]?.reason).toContain('JSON');
  expect(verdicts(models, { scope })).toEqual(['a CHOSEN', 'b FALLBACK', 'c FALLBACK']);
});

test('orders by the cost of the message', () => {
  const models = [
    listed('talker', price('1', '10')),
    listed('reader', price('10', '1')),
    listed('free', price('0', '0')),
  ];
  const scope = policyOf({ strategy: 'PRICE' });
  expect(verdicts(models, { scope, inputTokens: 500, maxOutputTokens: 1 })).toEqual([
    'free CHOSEN',
    'talker FALLBACK',
    'reader FALLBACK',
  ]);
  expect(verdicts(models, { scope, inputTokens: 1, maxOutputTokens: 500 })).toEqual([
    'free CHOSEN',
    'reader FALLBACK',
    'talker FALLBACK',
  ]);
});

test('orders by the time to the first token, models without a figure last', () => {
  const after = (firstTokenP50Ms: number | undefined) => ({ health: { ...unknownHealth, firstTokenP50Ms } });
  const models = [listed('new', after(undefined)), listed('slow', after(900)), listed('fast', after(90))];
  expect(verdicts(models, { scope: policyOf({ strategy: 'LATENCY' }) })).toEqual([
    'fast CHOSEN',
    'slow FALLBACK',
    'new FALLBACK',
  ]);
});

test('uses the demonstration only when no model fits, or when it is named', () => {
  const demonstration = listed('demo', {
    provider: { name: 'parlance', displayName: 'Parlance', kind: 'demonstration' },
  });
  const verdicts = (models: readonly ListedModel[], scope: RouteQuestion['scope'] = 'PLATFORM') =>
    judge(models, { scope }).map(({ model, verdict }) => [model.id, verdict]);
  expect(verdicts([listed('a'), demonstration])).toEqual([
    ['a', 'CHOSEN'],
    ['demo', 'NO_REAL_MODEL'],
  ]);
  expect(verdicts([listed('a', { enabled: false }), demonstration])).toEqual([
    ['demo', 'CHOSEN'],
    ['a', 'DISABLED'],
  ]);
  expect(verdicts([listed('a'), demonstration], policyOf({ modelIds: ['a', 'demo'] }))).toEqual([
    ['a', 'CHOSEN'],
    ['demo', 'FALLBACK'],
  ]);
});

test('orders by AUTO: the rule first, then the latency target, then the price', () => {
  const model = (id: string, cost: string, p95: number | undefined, pool: 'SMALL' | 'LARGE') =>
    listed(id, { ...price(cost, cost), pool, health: { ...unknownHealth, firstTokenP95Ms: p95 } });
  const models = [
    model('dear', '9', 100, 'LARGE'),
    model('late', '1', 5_000, 'LARGE'),
    model('fair', '5', 500, 'LARGE'),
    model('new', '7', undefined, 'LARGE'),
    model('cheap', '0.1', 100, 'SMALL'),
  ];
  const order = (scope: RouteQuestion['scope']) => judge(models, { scope }).map(({ model: { id } }) => id);
  const latencyTargetMs = 500;
  expect(order(policyOf({ strategy: 'AUTO' }))).toEqual(['cheap', 'late', 'fair', 'new', 'dear']);
  expect(order(policyOf({ strategy: 'AUTO', latencyTargetMs }))).toEqual(['cheap', 'fair', 'new', 'dear', 'late']);
  expect(order(following({ pool: 'LARGE' }, { latencyTargetMs }))).toEqual(['fair', 'new', 'dear', 'late', 'cheap']);
  expect(order(following({ modelIds: ['late', 'dear', 'fair'] }))).toEqual(['late', 'dear', 'fair', 'cheap', 'new']);
  expect(order(following({ modelIds: ['late', 'dear', 'fair'] }, { latencyTargetMs }))).toEqual([
    'dear',
    'fair',
    'late',
    'cheap',
    'new',
  ]);
});

test('a target puts models that miss it behind the others, whatever the strategy', () => {
  const models = [
    listed('slow', { ...price('1', '1'), health: { ...unknownHealth, firstTokenP95Ms: 501, firstTokenP50Ms: 1 } }),
    listed('fast', { ...price('2', '2'), health: { ...unknownHealth, firstTokenP95Ms: 500, firstTokenP50Ms: 2 } }),
  ];
  for (const strategy of ['PREFERENCE', 'PRICE', 'LATENCY', 'AUTO'] as const) {
    const chosen = (targetMs: number | null) =>
      verdicts(models, { scope: policyOf({ strategy, modelIds: ['slow', 'fast'], latencyTargetMs: targetMs }) });
    expect(chosen(500)).toEqual(['fast CHOSEN', 'slow FALLBACK']);
    expect(chosen(null)).toEqual(['slow CHOSEN', 'fast FALLBACK']);
  }
});

test('a model of the rule that failed lately comes after the other models', () => {
  const models = [
    listed('named', { health: { ...unknownHealth, state: 'HALF_OPEN' as const } }),
    listed('other', price('9', '9')),
  ];
  expect(verdicts(models, { scope: following({ modelIds: ['named'] }) })).toEqual(['other CHOSEN', 'named FALLBACK']);
  const strict = following({ modelIds: ['named'], strict: true });
  expect(verdicts(models, { scope: strict })).toEqual(['named CHOSEN', 'other NOT_IN_RULE']);
});

test('says of each candidate which rule asks for it, and how it stands to the target', () => {
  const models = [
    listed('a', { health: { ...unknownHealth, firstTokenP95Ms: 480.4 } }),
    listed('b', { health: { ...unknownHealth, firstTokenP95Ms: 900 } }),
    listed('c'),
  ];
  const scope = following({ modelIds: ['a'] }, { latencyTargetMs: 800 });
  expect(judge(models, { scope }).map(({ reason }) => reason)).toEqual([
    'It is the best model that fits (rule 1 asks for it; it meets the target of 800 ms with 480 ms).',
    'It fits, and is used if the models before it fail (rule 1 asks for other models; nothing is known of its latency yet).',
    'It fits, and is used if the models before it fail (rule 1 asks for other models; it misses the target of 800 ms with 900 ms).',
  ]);
  expect(judge([listed('a')], { scope: policyOf({ strategy: 'AUTO' }) })[0]?.reason).toBe(
    'It is the best model that fits (no rule is followed).',
  );
});
