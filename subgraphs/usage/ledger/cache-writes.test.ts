/** Tokens that a provider wrote to its cache, in the ledger, on the bill of a message, and in reports. */
import { expect, test } from 'vitest';
import { UsageEventEntity } from '../entities.ts';
import { finished, openUsageFixture } from '../usage.fixture.ts';
import { settleGeneration } from './settle-generation.ts';

test('tokens that went to a cache are billed at their price, also in shares, and are shown', async () => {
  await using usage = await openUsageFixture('pglite');
  const user = await usage.tenant();
  const price = { input: '3', cachedInput: '0.3', cacheWrite: '3.75', output: '15' };
  const used = {
    ...{ inputTokens: 1000, cachedInputTokens: 300, cacheWriteTokens: 600, outputTokens: 10, reasoningTokens: 0 },
    source: 'PROVIDER' as const,
  };
  const whole = finished(user, { price, usage: used });
  const share = { modelId: 'openai/gpt-4o-mini', provider: 'openai', price, usage: used, inAnswer: true };
  const shared = finished(user, { price, usage: used, parts: [1, 2].map((attempt) => ({ ...share, attempt })) });
  for (const result of [whole, shared]) expect(await settleGeneration(usage.database, result)).toBe(true);

  const fields = 'costUsd inputTokens cacheWriteTokens';
  const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
    ... on Message { usage { ${fields} attempts { ${fields} } } } } }`;
  const representations = [whole, shared].map(({ messageId }) => ({ __typename: 'Message', id: messageId }));
  const { data } = await usage.execute(user, query, { representations });
  const first = { costUsd: '0.00279', inputTokens: 1000, cacheWriteTokens: 600 };
  // The prompt is charged once, with the first share; the second shows what it used.
  const second = { ...first, costUsd: '0.00015' };
  expect(data).toEqual({
    _entities: [
      { usage: { ...first, attempts: [first] } },
      { usage: { ...first, costUsd: '0.00294', attempts: [first, second] } },
    ],
  });
  const entries = await usage.database.forTenant(user.tenantId).find(UsageEventEntity, {});
  expect(entries.map(({ cacheWritePrice }) => Number(cacheWritePrice))).toEqual([3.75, 3.75]);
  const year = new Date().getUTCFullYear();
  const range = `{ from: "${year}-01-01T00:00:00Z", to: "${year + 1}-01-01T00:00:00Z" }`;
  const report = `{ usageReport(range: ${range}, groupBy: DAY) { totals { cacheWriteTokens costUsd } } }`;
  expect((await usage.execute(user, report)).data).toEqual({
    usageReport: { totals: { cacheWriteTokens: 1200, costUsd: '0.00573' } },
  });
});
