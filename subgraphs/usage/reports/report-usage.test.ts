import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Identity } from '#contracts/identity.ts';
import { settleGeneration } from '../ledger/settle-generation.ts';
import { finished, identityOf, openUsageFixture, type UsageFixture } from '../usage.fixture.ts';
import { reportUsage } from './report-usage.ts';

/** A range that contains every entry of these tests, whenever they run. */
const range = { from: new Date(Date.now() - 86_400_000), to: new Date(Date.now() + 86_400_000) };

describe('the usage report', () => {
  let usage: UsageFixture;
  let ada: Identity;
  let grace: Identity;
  let admin: Identity;
  const [first, second] = [v7(), v7()];
  beforeAll(async () => {
    usage = await openUsageFixture('pglite');
    ada = await usage.tenant();
    grace = identityOf(ada.tenantId, 'USER');
    admin = identityOf(ada.tenantId, 'BILLING_ADMIN');
    const large = { modelId: 'openai/gpt-4.1', price: { input: '2', cachedInput: '0.5', output: '8' } };
    await settleGeneration(usage.database, finished(ada, { conversationId: first }));
    await settleGeneration(usage.database, finished(ada, { conversationId: first }));
    await settleGeneration(usage.database, finished(grace, { conversationId: second, ...large }));
    await settleGeneration(usage.database, finished(await usage.tenant()));
  });
  afterAll(() => usage[Symbol.asyncDispose]());

  const costs = async (identity: Identity, groupBy: 'DAY' | 'MODEL' | 'USER' | 'CONVERSATION', limit = 100) => {
    const { groups, totals } = await reportUsage(usage.database, identity, { ...range, groupBy, first: limit });
    return [...groups.map(({ key, totals: { costUsd } }) => [key, costUsd]), totals.costUsd];
  };

  it('groups by model, user, conversation and day, highest cost first, with exact sums', async () => {
    expect(await costs(admin, 'MODEL')).toEqual([
      ['openai/gpt-4.1', '0.002016'],
      ['openai/gpt-4o-mini', '0.0003324'],
      '0.0023484',
    ]);
    expect(await costs(admin, 'USER')).toEqual([[grace.userId, '0.002016'], [ada.userId, '0.0003324'], '0.0023484']);
    expect(await costs(admin, 'CONVERSATION')).toEqual([[second, '0.002016'], [first, '0.0003324'], '0.0023484']);
    expect((await costs(admin, 'DAY')).at(0)).toEqual([expect.stringMatching(/^\d{4}-\d\d-\d\d$/), expect.any(String)]);
  });

  it('sums all groups, including those beyond the limit', async () => {
    expect(await costs(admin, 'MODEL', 1)).toEqual([['openai/gpt-4.1', '0.002016'], '0.0023484']);
  });

  it('is empty when nothing was used', async () => {
    const request = { from: new Date(0), to: new Date(1000), groupBy: 'DAY', first: 100 } as const;
    expect(await reportUsage(usage.database, admin, request)).toEqual({
      groups: [],
      totals: {
        generations: 0,
        inputTokens: 0,
        cachedInputTokens: 0,
        cacheWriteTokens: 0,
        outputTokens: 0,
        reasoningTokens: 0,
        costUsd: '0',
        ...{ savedUsd: '0', requestLookups: 0, requestHits: 0, requestSavedUsd: '0' },
        ...{ semanticLookups: 0, semanticHits: 0, semanticSavedUsd: '0' },
        ...{ embeddingUsd: '0', storageUsd: '0', storedByteDays: 0 },
      },
    });
  });

  it('shows users their own usage, and refuses that of others', async () => {
    expect(await costs(ada, 'USER')).toEqual([[ada.userId, '0.0003324'], '0.0003324']);
    const ofGrace = { ...range, groupBy: 'DAY', first: 100, userId: grace.userId } as const;
    await expect(reportUsage(usage.database, ada, ofGrace)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect((await reportUsage(usage.database, admin, ofGrace)).totals.costUsd).toBe('0.002016');
  });

  it.each([
    ['range', { from: range.to, to: range.from }],
    ['range', { from: new Date(0), to: new Date(367 * 86_400_000) }],
    ['first', { first: 0 }],
    ['first', { first: 1001 }],
    ['userId', { userId: 'ada' }],
  ])('refuses an invalid %s, naming it', async (argument, change) => {
    const request = { ...range, groupBy: 'DAY' as const, first: 100, ...change };
    await expect(reportUsage(usage.database, admin, request)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      argument,
    });
  });

  it('refers to models, users and conversations', async () => {
    const query = `query ($range: UsageRangeInput!) {
      model: usageReport(range: $range, groupBy: MODEL) { groups { key model { id } user { id } totals { generations } } }
      user: usageReport(range: $range, groupBy: USER) { groups { user { id role } } }
      conversation: usageReport(range: $range, groupBy: CONVERSATION) { groups { conversation { id cost } } }
    }`;
    const { data, errors } = await usage.execute(ada, query, { range });
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      model: {
        groups: [
          { key: 'openai/gpt-4o-mini', model: { id: 'openai/gpt-4o-mini' }, user: null, totals: { generations: 2 } },
        ],
      },
      user: { groups: [{ user: { id: ada.userId, role: 'USER' } }] },
      conversation: { groups: [{ conversation: { id: first, cost: '0.0003324' } }] },
    });
  });
});
