/** What users keep, in the ledger and in the report. */
import { v7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StorageMeasured } from '#contracts/storage-measured.ts';
import { UsageEventEntity } from '../entities.ts';
import { identityOf, openUsageFixture, type UsageFixture } from '../usage.fixture.ts';
import { settleStorage, storageCostUsd } from './settle-storage.ts';

let usage: UsageFixture;
beforeAll(async () => {
  usage = await openUsageFixture('pglite');
});
afterAll(() => usage[Symbol.asyncDispose]());

const gigabyte = 1_000_000_000;
const ledger = (tenantId: string) =>
  usage.database.forTenant(tenantId).find(UsageEventEntity, {}, { orderBy: { bytes: 'asc', costUsd: 'asc' } });

test('the days of a month cost together what the month costs', () => {
  expect(storageCostUsd(gigabyte, '2026-06-15', '0.03')).toBe('0.001');
  expect(storageCostUsd(2 * gigabyte, '2028-02-29', '0.29')).toBe('0.02');
  expect(storageCostUsd(1, '2026-01-01', '0.023')).toBe('0.000000000000742');
  expect(storageCostUsd(5 * gigabyte, '2026-01-01', '0')).toBe('0');
});

test('a user has one line for a day, however often it is counted, and other tenants have their own', async () => {
  const [ada, bob] = [await usage.tenant(), await usage.tenant()];
  const grace = identityOf(ada.tenantId, 'USER');
  const day = '2026-06-15';
  const measured: StorageMeasured = {
    ...{ tenantId: ada.tenantId, day },
    users: [
      { userId: ada.userId, bytes: 3 * gigabyte },
      { userId: grace.userId, bytes: gigabyte },
    ],
  };
  const later = { ...measured, users: [{ userId: ada.userId, bytes: 9 * gigabyte }] };
  const nextDay = { ...later, day: '2026-06-16' };
  // The same user under another tenant's id is another user.
  const other = { ...measured, tenantId: bob.tenantId, users: [{ userId: ada.userId, bytes: 7 * gigabyte }] };
  for (const event of [measured, measured, later, nextDay, other]) await settleStorage(usage.database, event, '0.03');
  expect(await ledger(ada.tenantId)).toMatchObject([
    { kind: 'STORAGE', userId: grace.userId, bytes: gigabyte, costUsd: '0.001', bytePrice: '0.03', modelId: null },
    { kind: 'STORAGE', userId: ada.userId, bytes: 3 * gigabyte, costUsd: '0.003' },
    { kind: 'STORAGE', userId: ada.userId, bytes: 9 * gigabyte, costUsd: '0.009' },
  ]);
  expect(await ledger(bob.tenantId)).toMatchObject([{ bytes: 7 * gigabyte }]);
});

test('the report says what keeping files and embedding documents cost, and counts neither as a generation', async () => {
  const user = await usage.tenant();
  const { tenantId, userId } = user;
  const embedded = {
    ...{ tenantId, userId, fileId: v7(), indexId: v7(), model: 'acme/one', dimensions: 1, chunkCount: 1 },
    ...{ tokens: 1_000_000, price: '0.02', durationMs: 1 },
  };
  // This one goes the whole way, at the price of the process: none.
  const measured = { tenantId, day: '2026-06-15', users: [{ userId, bytes: 2 * gigabyte }] };
  await usage.ports.broker.publish('events', 'document.embedded', embedded.indexId, embedded);
  await usage.ports.broker.publish('events', 'storage.measured', v7(), measured);
  await expect.poll(() => ledger(tenantId), { timeout: 10_000 }).toHaveLength(2);
  await settleStorage(usage.database, { ...measured, day: '2026-06-16' }, '0.03');
  const [from, to] = [new Date(Date.now() - 3_600_000).toISOString(), new Date(Date.now() + 3_600_000).toISOString()];
  const query = `{ usageReport(range: { from: "${from}", to: "${to}" }, groupBy: USER) {
    totals { generations costUsd embeddingUsd storageUsd storedByteDays } } }`;
  expect((await usage.execute(user, query)).data).toEqual({
    usageReport: {
      totals: {
        ...{ generations: 0, costUsd: '0.022', embeddingUsd: '0.02', storageUsd: '0.002' },
        storedByteDays: 4 * gigabyte,
      },
    },
  });
});
