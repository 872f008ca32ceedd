/** Programs that sign in by themselves have a name wherever users are shown. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { asService, finished, openUsageFixture, type UsageFixture } from '../usage.fixture.ts';

let usage: UsageFixture;
beforeAll(async () => {
  usage = await openUsageFixture('pglite');
});
afterAll(() => usage[Symbol.asyncDispose]());

test('a program is named in the usage that it causes, by the name that it has now', async () => {
  const admin = { ...(await usage.tenant()), roles: ['USER' as const, 'ADMIN' as const] };
  const program = { tenantId: admin.tenantId, userId: randomUUID(), roles: [], scopes: [], serviceAccount: 'Export' };
  const messageId = randomUUID();
  const input = { messageId, conversationId: randomUUID(), inputTokens: 10, maxOutputTokens: 10 };
  const reserve = 'mutation ($input: ReserveTokensInput!) { reserveTokens(input: $input) { plan } }';
  expect((await usage.execute(asService(program), reserve, { input })).errors).toBeUndefined();
  await usage.settle(finished(program, { messageId }));
  await usage.settle(finished(admin));
  const report = `query ($range: UsageRangeInput!) {
    usageReport(range: $range, groupBy: USER) { groups { user { id name } } }
  }`;
  const from = new Date(Date.now() - 3_600_000).toISOString();
  const names = async (): Promise<unknown> => {
    const { data, errors } = await usage.execute(admin, report, {
      range: { from, to: new Date(Date.now() + 1000).toISOString() },
    });
    expect(errors).toBeUndefined();
    return data?.['usageReport'];
  };
  const groupsWith = (name: string) => ({
    groups: expect.arrayContaining([
      { user: { id: program.userId, name } },
      { user: { id: admin.userId, name: null } },
    ]),
  });
  expect(await names()).toEqual(groupsWith('Export'));
  const renamed = { ...program, serviceAccount: 'Nightly export' };
  expect((await usage.execute(renamed, '{ viewer { name } }')).data).toEqual({ viewer: { name: 'Nightly export' } });
  expect(await names()).toEqual(groupsWith('Nightly export'));
});
