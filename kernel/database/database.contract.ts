/** What every database adapter does, above all: nobody sees or writes what is another tenant's. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RowEntity } from './database.fixture.ts';
import type { Database } from './database.ts';

const row = (tenantId: string) => ({
  id: randomUUID(),
  tenantId,
  title: `of ${tenantId}`,
});

/**
 * @param open with the tables of the fixture; called once. What it puts on the stack is closed after the database.
 */
export const databaseContract = (name: string, open: (stack: AsyncDisposableStack) => Promise<Database>): void => {
  describe(name, () => {
    const stack = new AsyncDisposableStack();
    let database: Database;
    const [acme, globex] = [randomUUID(), randomUUID()];
    beforeAll(async () => {
      database = stack.use(await open(stack));
      await database.forTenant(acme).insert(RowEntity, row(acme));
      await database.forTenant(globex).insert(RowEntity, row(globex));
    });
    afterAll(() => stack.disposeAsync());

    const tenantsSeenBy = async (tenantId: string): Promise<string[]> => {
      const rows = await database.forTenant(tenantId).find(RowEntity, {});
      return [...new Set(rows.map((found) => found.tenantId))];
    };

    test('a query without a WHERE gives the tenant’s own rows only', async () => {
      expect(await tenantsSeenBy(acme)).toEqual([acme]);
      expect(await tenantsSeenBy(globex)).toEqual([globex]);
      expect(await tenantsSeenBy(randomUUID())).toEqual([]);
    });

    test('raw SQL is under the same policy, and so is a transaction', async () => {
      const sql = 'select distinct tenant_id from fixture.rows';
      expect(await database.forTenant(acme).execute(sql)).toEqual([{ tenant_id: acme }]);
      const inside = await database.forTenant(globex).transactional((em) => em.execute(sql));
      expect(inside).toEqual([{ tenant_id: globex }]);
    });

    test('a row of another tenant can be neither written, moved, changed nor deleted', async () => {
      const em = () => database.forTenant(acme);
      await expect(em().insert(RowEntity, row(globex))).rejects.toThrow('row-level security');
      await expect(em().nativeUpdate(RowEntity, { tenantId: acme }, { tenantId: globex })).rejects.toThrow(
        'row-level security',
      );
      expect(await em().nativeUpdate(RowEntity, { tenantId: globex }, { title: 'yours' })).toBe(0);
      expect(await em().nativeDelete(RowEntity, { tenantId: globex })).toBe(0);
      expect(await tenantsSeenBy(globex)).toEqual([globex]);
    });

    test('a call sees the tenant that its function sets, and a statement without one nothing', async () => {
      const titlesSeenBy = (tenantId: string) =>
        database.call('select title from fixture.read_titles(?) as title', [tenantId]);
      expect(await titlesSeenBy(acme)).toEqual([{ title: `of ${acme}` }]);
      expect(await titlesSeenBy(globex)).toEqual([{ title: `of ${globex}` }]);
      expect(await titlesSeenBy(randomUUID())).toEqual([]);
      expect(await database.call('select id from fixture.rows', [])).toEqual([]);
    });

    test('a tenant that is no UUID, or empty, sees nothing', async () => {
      expect(await tenantsSeenBy('')).toEqual([]);
      await expect(tenantsSeenBy('x')).rejects.toThrow('uuid');
    });

    test('tenants stay apart in mixed requests at once, also after one has failed', async () => {
      const requests = Array.from({ length: 40 }, async (_, index) => {
        const tenantId = index % 2 === 0 ? acme : globex;
        if (index % 5 === 0)
          await database
            .forTenant(tenantId)
            .execute('select 1/0')
            .catch(() => undefined);
        return { tenantId, seen: await tenantsSeenBy(tenantId) };
      });
      for (const { tenantId, seen } of await Promise.all(requests)) expect(seen).toEqual([tenantId]);
    });

    test('the system sees every tenant, in one transaction that an error rolls back', async () => {
      expect(await database.asSystem((em) => em.count(RowEntity, { tenantId: { $in: [acme, globex] } }))).toBe(2);
      const failing = database.asSystem(async (em) => {
        await em.nativeDelete(RowEntity, { tenantId: acme });
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect(await tenantsSeenBy(acme)).toEqual([acme]);
    });

    test('it responds to pings, and counts its statements but for those', async () => {
      const before = database.statements;
      await database.ping();
      expect(database.statements).toBe(before);
      await database.call('select 1', []);
      expect(database.statements).toBe(before + 1);
    });
  });
};
