/** A reply that was served from a cache: in the ledger, on the bill of its message, and in reports. */
import { expect, test } from 'vitest';
import { finished, openUsageFixture } from '../usage.fixture.ts';
import { settleGeneration } from './settle-generation.ts';

test('a reply from a cache costs nothing, and what it cost before counts as saved by its cache', async () => {
  await using usage = await openUsageFixture('pglite');
  const user = await usage.tenant();
  const price = { input: '3', cachedInput: '0.3', output: '15' };
  const used = {
    ...{ inputTokens: 1000, cachedInputTokens: 0, outputTokens: 10, reasoningTokens: 0 },
    source: 'PROVIDER' as const,
  };
  const nothing = { ...used, inputTokens: 0, outputTokens: 0 };
  const written = finished(user, { price, usage: used, reuse: { asked: ['REQUEST_CACHE', 'SEMANTIC_CACHE'] } });
  const served = { lever: 'REQUEST_CACHE' as const, messageId: written.messageId, usage: used, price };
  const reused = finished(user, { price, usage: nothing, reuse: { asked: ['REQUEST_CACHE'], served } });
  for (const result of [written, reused]) expect(await settleGeneration(usage.database, result)).toBe(true);
  // The same event twice saves once.
  expect(await settleGeneration(usage.database, reused)).toBe(false);

  const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
    ... on Message { usage { costUsd savedUsd inputTokens } } } }`;
  const representations = [written, reused].map(({ messageId }) => ({ __typename: 'Message', id: messageId }));
  expect((await usage.execute(user, query, { representations })).data).toEqual({
    _entities: [
      { usage: { costUsd: '0.00315', savedUsd: '0', inputTokens: 1000 } },
      { usage: { costUsd: '0', savedUsd: '0.00315', inputTokens: 0 } },
    ],
  });
  const year = new Date().getUTCFullYear();
  const range = `{ from: "${year}-01-01T00:00:00Z", to: "${year + 1}-01-01T00:00:00Z" }`;
  const report = `{ usageReport(range: ${range}, groupBy: DAY) {
    totals { generations costUsd savedUsd savings { lever lookups hits savedUsd } } } }`;
  expect((await usage.execute(user, report)).data).toEqual({
    usageReport: {
      totals: {
        ...{ generations: 2, costUsd: '0.00315', savedUsd: '0.00315' },
        savings: [
          { lever: 'REQUEST_CACHE', lookups: 2, hits: 1, savedUsd: '0.00315' },
          { lever: 'SEMANTIC_CACHE', lookups: 1, hits: 0, savedUsd: '0' },
        ],
      },
    },
  });
});
