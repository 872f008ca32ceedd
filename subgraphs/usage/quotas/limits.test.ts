import { afterAll, beforeAll, expect, test } from 'vitest';
import { openUsageFixture, type UsageFixture } from '../usage.fixture.ts';

let usage: UsageFixture;
beforeAll(async () => {
  usage = await openUsageFixture('pglite');
});
afterAll(() => usage[Symbol.asyncDispose]());

/** Per day; null: not set. */
interface SetLimits {
  readonly granted: number | null;
  readonly tenant: number | null;
  readonly eachUser: number | null;
  readonly user: number | null;
}

const values = [null, 10, 90];
const combinations: readonly SetLimits[] = values.flatMap((granted) =>
  values.flatMap((tenant) => values.flatMap((eachUser) => values.map((user) => ({ granted, tenant, eachUser, user })))),
);

/** What the plan ENTERPRISE allows is far above all of the values. */
const least = (...limits: readonly (number | null)[]): number | undefined => {
  const set = limits.filter((limit) => limit !== null);
  return set.length > 0 ? Math.min(...set) : undefined;
};

test('reservations and quotas see the same limits: the lowest that is set, and a user’s own before the tenant’s', async () => {
  const { tenantId, userId } = await usage.tenant();
  const plan = await usage.database.asSystem((em) =>
    em.execute<
      { readonly tenant: number; readonly user: number }[]
    >(`select tenant_tokens_per_day::float8 as tenant, user_tokens_per_day::float8 as user
      from usage.plan_quotas where plan = 'ENTERPRISE'`),
  );
  const seen = (set: SetLimits) =>
    usage.database.asSystem(async (em) => {
      await em.execute(
        `update usage.tenants set plan = 'ENTERPRISE', granted_tokens_per_day = ?, granted_user_tokens_per_day = ?,
          tokens_per_day = ?, user_tokens_per_day = ? where id = ?`,
        [set.granted, set.granted, set.tenant, set.eachUser, tenantId],
      );
      await em.execute('update usage.users set tokens_per_day = ? where id = ?', [set.user, userId]);
      const limits =
        'select tenant_day::float8 as tenant, user_day::float8 as user from usage.limits where user_id = ?';
      const quotas = `select max(day_limit) filter (where user_id is null)::float8 as tenant,
        max(day_limit) filter (where user_id = ?)::float8 as user from usage.quotas where tenant_id = ?`;
      return { limits: await em.execute(limits, [userId]), quotas: await em.execute(quotas, [userId, tenantId]) };
    });
  for (const set of combinations) {
    const { granted, tenant, eachUser, user } = set;
    const expected = [
      {
        tenant: least(granted, tenant) ?? plan[0]?.tenant,
        user: least(granted, user ?? eachUser) ?? plan[0]?.user,
      },
    ];
    expect(await seen(set), JSON.stringify(set)).toEqual({ limits: expected, quotas: expected });
  }
});
