import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import { finished, identityOf, openUsageFixture, type UsageFixture } from '../usage.fixture.ts';

const setPlan = 'mutation ($tenantId: ID) { setPlan(plan: ENTERPRISE, tenantId: $tenantId) { plan } }';
const grantTenantQuota = `mutation ($tenantId: ID, $input: TenantQuotaInput!) {
  grantTenantQuota(tenantId: $tenantId, input: $input) { id }
}`;
const limitsQuery = '{ tenant { plan quota { day { limitTokens } } } viewer { quota { day { limitTokens } } } }';
const setBudget = 'mutation { setBudget(monthlyUsd: "12.50") { budget { monthlyUsd spentUsd } } }';
const setTenantQuota = `mutation ($input: TenantQuotaInput!) {
  setTenantQuota(input: $input) { quota { day { limitTokens } minute { limitTokens } } }
}`;
const setUserQuota = `mutation ($input: UserQuotaInput!) {
  setUserQuota(input: $input) { id quota { day { limitTokens } minute { limitTokens } } }
}`;
const renameTenant = 'mutation ($name: String!) { renameTenant(name: $name) { name } }';

const pageSchema = z.object({
  tenant: z.object({
    users: z.object({
      edges: z.array(z.object({ node: z.looseObject({ id: z.string() }) })),
      pageInfo: z.looseObject({ startCursor: z.string(), endCursor: z.string() }),
    }),
  }),
});

describe('administration', () => {
  let usage: UsageFixture;
  beforeAll(async () => {
    usage = await openUsageFixture('pglite');
  });
  afterAll(() => usage[Symbol.asyncDispose]());

  const codes = async (...call: Parameters<UsageFixture['execute']>) =>
    (await usage.execute(...call)).errors?.map(({ extensions: { code, argument } }) => ({ code, argument }));
  const fresh = (...roles: Identity['roles']) => identityOf(v7(), ...roles);

  const restricted = [
    ['setBudget', setBudget, {}, 'BILLING_ADMIN', 'ADMIN'],
    ['setTenantQuota', setTenantQuota, { input: {} }, 'BILLING_ADMIN', 'ADMIN'],
    ['setUserQuota', setUserQuota, { input: { userId: v7() } }, 'BILLING_ADMIN', 'ADMIN'],
    ['renameTenant', renameTenant, { name: 'Acme' }, 'ADMIN', 'BILLING_ADMIN'],
    ['Tenant.users', '{ tenant { users { edges { node { id } } } } }', {}, 'ADMIN', 'USER'],
    ['Tenant.budget', '{ tenant { budget { spentUsd } } }', {}, 'BILLING_ADMIN', 'USER'],
  ] as const;

  it.each(restricted.map(([what, query, variables, role, other]) => ({ what, query, variables, role, other })))(
    '$what requires its role',
    async ({ query, variables, role, other }) => {
      const tenantId = v7();
      const refused = [{ code: 'FORBIDDEN', argument: undefined }];
      expect(await codes(identityOf(tenantId, 'USER'), query, variables)).toEqual(refused);
      expect(await codes(identityOf(tenantId, other), query, variables)).toEqual(refused);
      expect(await codes(identityOf(tenantId, role), query, variables)).not.toEqual(refused);
    },
  );

  it('sets plan, name and budget of the own tenant', async () => {
    const admin = { ...fresh('ADMIN', 'BILLING_ADMIN'), scopes: ['tenants:write'] };
    await usage.settle(finished(admin));
    expect((await usage.execute(admin, setPlan)).data).toEqual({ setPlan: { plan: 'ENTERPRISE' } });
    expect((await usage.execute(admin, renameTenant, { name: 'Acme' })).data).toEqual({
      renameTenant: { name: 'Acme' },
    });
    expect((await usage.execute(admin, setBudget)).data).toEqual({
      setBudget: { budget: { monthlyUsd: '12.5', spentUsd: '0.0001662' } },
    });
    const cleared = await usage.execute(admin, 'mutation { setBudget { name plan budget { monthlyUsd } } }');
    expect(cleared.data).toEqual({ setBudget: { name: 'Acme', plan: 'ENTERPRISE', budget: { monthlyUsd: null } } });
  });

  it("sets quotas that replace the plan's, and removes them again", async () => {
    const admin = fresh('BILLING_ADMIN');
    const limits = async (query: string, input: object) =>
      Object.values((await usage.execute(admin, query, { input })).data ?? {});
    const quota = (day: number, minute: number) => ({
      quota: { day: { limitTokens: day }, minute: { limitTokens: minute } },
    });
    expect(await limits(setTenantQuota, { tokensPerDay: 1_500_000, userTokensPerMinute: 7 })).toEqual([
      quota(1_500_000, 400_000),
    ]);
    const own = { id: admin.userId };
    expect(await usage.execute(admin, '{ viewer { quota { minute { limitTokens } } } }')).toMatchObject({
      data: { viewer: { quota: { minute: { limitTokens: 7 } } } },
    });
    const user = { userId: admin.userId };
    expect(await limits(setUserQuota, { ...user, tokensPerMinute: 9 })).toEqual([{ ...own, ...quota(1_000_000, 9) }]);
    expect(await limits(setUserQuota, { ...user, tokensPerDay: 8 })).toEqual([{ ...own, ...quota(8, 9) }]);
    expect(await limits(setUserQuota, { ...user, tokensPerMinute: null })).toEqual([{ ...own, ...quota(8, 7) }]);
  });

  it('does not let any role of a tenant change its plan, or raise a limit above the plan', async () => {
    const admin = fresh('USER', 'ADMIN', 'BILLING_ADMIN');
    const most = 2 ** 53 - 1;
    for (const scopes of [[], ['models:write']]) {
      const caller = { ...admin, scopes };
      expect(await codes(caller, setPlan)).toEqual([{ code: 'FORBIDDEN', argument: undefined }]);
      expect(await codes(caller, grantTenantQuota, { input: { tokensPerDay: 1 } })).toMatchObject([
        { code: 'FORBIDDEN' },
      ]);
    }
    const refused = (argument: string) => [{ code: 'FORBIDDEN', argument }];
    for (const argument of ['tokensPerDay', 'tokensPerMinute', 'userTokensPerDay', 'userTokensPerMinute']) {
      expect(await codes(admin, setTenantQuota, { input: { [argument]: most } })).toEqual(refused(argument));
    }
    for (const argument of ['tokensPerDay', 'tokensPerMinute']) {
      const input = { userId: admin.userId, [argument]: most };
      expect(await codes(admin, setUserQuota, { input })).toEqual(refused(argument));
    }
    expect((await usage.execute(admin, limitsQuery)).data).toEqual({
      tenant: { plan: 'FREE', quota: { day: { limitTokens: 2_000_000 } } },
      viewer: { quota: { day: { limitTokens: 1_000_000 } } },
    });
  });

  it('lets the operator set plan and limits of any tenant, up to which its administrators may set theirs', async () => {
    const admin = fresh('BILLING_ADMIN');
    await usage.execute(admin, '{ viewer { id } }');
    const operator = { ...fresh(), scopes: ['tenants:write'] };
    const tenantId = admin.tenantId;
    expect((await usage.execute(operator, setPlan, { tenantId })).data).toEqual({ setPlan: { plan: 'ENTERPRISE' } });
    const input = { tokensPerDay: 20_000_000_000, userTokensPerDay: 500_000_000 };
    expect((await usage.execute(operator, grantTenantQuota, { tenantId, input })).errors).toBeUndefined();
    const limits = async () => (await usage.execute(admin, limitsQuery)).data;
    expect(await limits()).toEqual({
      tenant: { plan: 'ENTERPRISE', quota: { day: { limitTokens: 20_000_000_000 } } },
      viewer: { quota: { day: { limitTokens: 500_000_000 } } },
    });
    const userInput = { userId: admin.userId, tokensPerDay: 400_000_000 };
    expect(await codes(admin, setUserQuota, { input: userInput })).toBeUndefined();
    expect(await codes(admin, setTenantQuota, { input: { tokensPerDay: 19_000_000_000 } })).toBeUndefined();
    // Lowering the plan lowers every higher limit with it.
    await usage.execute(operator, grantTenantQuota, {
      tenantId,
      input: { tokensPerDay: null, userTokensPerDay: null },
    });
    await usage.execute(operator, setPlan.replace('ENTERPRISE', 'FREE'), { tenantId });
    expect(await limits()).toEqual({
      tenant: { plan: 'FREE', quota: { day: { limitTokens: 2_000_000 } } },
      viewer: { quota: { day: { limitTokens: 1_000_000 } } },
    });
    for (const unknown of [v7(), 'acme']) {
      const argument = 'tenantId';
      expect(await codes(operator, setPlan, { tenantId: unknown })).toEqual([{ code: 'NOT_FOUND', argument }]);
    }
    const negative = { tenantId, input: { tokensPerDay: -1 } };
    expect(await codes(operator, grantTenantQuota, negative)).toEqual([
      { code: 'BAD_USER_INPUT', argument: 'tokensPerDay' },
    ]);
  });

  it('refuses invalid limits, budgets and names, naming the argument', async () => {
    const admin = fresh('ADMIN', 'BILLING_ADMIN');
    const refused = (argument: string) => [{ code: 'BAD_USER_INPUT', argument }];
    expect(await codes(admin, setTenantQuota, { input: { tokensPerDay: -1 } })).toEqual(refused('tokensPerDay'));
    expect(await codes(admin, setTenantQuota, { input: { tokensPerDay: 0.5 } })).toEqual(refused('tokensPerDay'));
    expect(await codes(admin, renameTenant, { name: '  ' })).toEqual(refused('name'));
    const negative = 'mutation { setBudget(monthlyUsd: "-1") { name } }';
    expect(await codes(admin, negative)).toEqual(refused('monthlyUsd'));
  });

  it("does not find another tenant's user or an unknown one", async () => {
    const [admin, stranger] = [fresh('BILLING_ADMIN'), await usage.tenant()];
    await usage.execute(admin, '{ viewer { id } }');
    for (const userId of [stranger.userId, v7(), 'bob']) {
      const found = await codes(admin, setUserQuota, { input: { userId, tokensPerDay: 1 } });
      expect(found).toEqual([{ code: 'NOT_FOUND', argument: 'userId' }]);
    }
  });

  it('pages through the users of the own tenant, with a constant number of statements', async () => {
    const admin = fresh('ADMIN');
    for (let index = 0; index < 6; index += 1) {
      await usage.execute({ ...admin, userId: v7(), roles: ['USER'] }, '{ viewer { id } }');
    }
    await usage.execute(admin, '{ viewer { id } }');
    const query = `query ($first: Int, $after: String, $last: Int, $before: String) { tenant { users(first: $first, after: $after, last: $last, before: $before) {
      edges { node { id quota { day { usedTokens } } } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`;
    const page = async (variables: object) => {
      const { data } = await usage.execute(admin, query, { ...variables });
      return pageSchema.parse(data).tenant.users;
    };
    const before = usage.database.statements;
    const all = await page({});
    const needed = usage.database.statements - before;
    const ids = all.edges.map(({ node }) => node.id);
    expect(ids).toHaveLength(7);
    const head = await page({ first: 3 });
    expect(usage.database.statements - before).toBe(2 * needed);
    expect(head.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    const rest = await page({ first: 100, after: head.pageInfo.endCursor });
    expect([...head.edges, ...rest.edges]).toEqual(all.edges);
    const tail = await page({ last: 2 });
    expect(tail.edges).toEqual(all.edges.slice(-2));
    expect(tail.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect((await page({ last: 5, before: tail.pageInfo.startCursor })).edges).toEqual(all.edges.slice(0, 5));
    const refused = (argument: string) => [{ code: 'BAD_USER_INPUT', argument }];
    expect(await codes(admin, query, { after: 'nonsense' })).toEqual(refused('after'));
    expect(await codes(admin, query, { first: 201 })).toEqual(refused('first'));
  });
});
