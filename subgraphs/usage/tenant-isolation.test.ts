import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import { hashApiKey } from '#kernel/access/api-key.ts';
import { findApiKeys } from './api-keys/find-api-keys.ts';
import { settleGeneration } from './ledger/settle-generation.ts';
import { reserveTokens } from './quotas/reserve-tokens.ts';
import { finished, openUsageFixture, type UsageFixture } from './usage.fixture.ts';

const tenantTables = ['tenants', 'users', 'quota_windows', 'reservations', 'usage_events', 'api_keys'];
const createKey = 'mutation { createApiKey(input: { name: "x" }) { secret } }';

describe('the tables of usage on PostgreSQL', () => {
  let usage: UsageFixture;
  let acme: Identity;
  let globex: Identity;
  let key: string;
  const messageId = v7();
  beforeAll(async () => {
    usage = await openUsageFixture('postgres');
    [acme, globex] = [await usage.tenant(), await usage.tenant()];
    const input = { messageId, conversationId: v7(), inputTokens: 10, maxOutputTokens: 10 };
    await reserveTokens(usage.reservations, acme, input);
    await settleGeneration(usage.database, finished(acme, { messageId }));
    const { data } = await usage.execute(acme, createKey);
    key = z.object({ createApiKey: z.object({ secret: z.string() }) }).parse(data).createApiKey.secret;
  });
  afterAll(() => usage[Symbol.asyncDispose]());

  const count = async (identity: Identity, table: string): Promise<number> => {
    const [row] = await usage.database
      .forTenant(identity.tenantId)
      .execute<{ count: number }[]>(`select count(*)::int as count from usage.${table} where true`);
    return row?.count ?? -1;
  };

  it('force row level security, all of them', async () => {
    const open = await usage.database.asSystem((em) =>
      em.execute(
        `select relname from pg_class where relnamespace = 'usage'::regnamespace and relkind = 'r'
          and relname <> 'migrations' and not (relrowsecurity and relforcerowsecurity)
          and has_any_column_privilege(oid, 'select')`,
      ),
    );
    expect(open).toEqual([]);
  });

  it.each(tenantTables)('show the rows of %s to their own tenant only', async (table) => {
    expect(await count(acme, table)).toBeGreaterThan(0);
    const own = await count(globex, table);
    expect(own).toBe(
      ['reservations', 'usage_events', 'api_keys'].includes(table) ? 0 : table === 'quota_windows' ? 2 : 1,
    );
    expect(await count({ ...globex, tenantId: v7() }, table)).toBe(0);
  });

  it('reveal an API key to whoever has it, in any tenant, and reveal nothing afterwards', async () => {
    const ask = (keys: readonly string[]) =>
      findApiKeys(
        usage.database,
        keys.map((text) => ({ hash: hashApiKey(text), isUsed: true })),
      );
    const { tenantId, userId } = acme;
    const expected = { tenant_id: tenantId, user_id: userId, roles: ['USER'], expires_at: null, revoked_at: null };
    expect(await ask(['', key])).toEqual([null, expect.objectContaining(expected)]);
    expect(await ask([])).toEqual([]);
    expect(await usage.database.call('select * from usage.api_keys', [])).toEqual([]);
    const [{ last_used_at: lastUsedAt } = {}] = await usage.database
      .forTenant(tenantId)
      .execute<{ last_used_at: unknown }[]>('select last_used_at from usage.api_keys');
    expect(lastUsedAt).toBeTruthy();
  });

  it('accept no row of another tenant', async () => {
    const em = usage.database.forTenant(globex.tenantId);
    await expect(
      em.execute('insert into usage.users (tenant_id, id) values (?, ?)', [acme.tenantId, v7()]),
    ).rejects.toThrow(/row-level security/);
    const moved = await em.execute(
      'update usage.tenants set plan = ? where id = ?',
      ['ENTERPRISE', acme.tenantId],
      'run',
    );
    expect(moved).toMatchObject({ affectedRows: 0 });
  });

  it('let only the system change the limits of plans', async () => {
    const em = usage.database.forTenant(acme.tenantId);
    const changed = await em.execute('update usage.plan_quotas set user_tokens_per_day = 1', [], 'run');
    expect(changed).toMatchObject({ affectedRows: 0 });
  });

  it.each([
    'update usage.usage_events set cost_usd = 0',
    'delete from usage.usage_events',
    'truncate usage.usage_events',
  ])('refuse changes of the ledger: %s', async (change) => {
    await expect(usage.database.forTenant(acme.tenantId).execute(change)).rejects.toThrow(/permission denied/);
    await expect(usage.database.asSystem((em) => em.execute(change))).rejects.toThrow(/permission denied/);
    const asOwner = usage.database.asSystem(async (em) => {
      await em.execute('set local role none');
      await em.execute(change);
    });
    await expect(asOwner).rejects.toThrow(/append-only/);
    expect(await count(acme, 'usage_events')).toBe(1);
  });
});
