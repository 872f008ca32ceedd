import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Identity } from '#contracts/identity.ts';
import { settleGeneration } from './ledger/settle-generation.ts';
import { asService, finished, identityOf, openUsageFixture, type UsageFixture } from './usage.fixture.ts';

const entitiesQuery = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    ... on Message {
      id
      usage {
        inputTokens cachedInputTokens outputTokens reasoningTokens costUsd
        attempts { attempt model { id } outputTokens costUsd firstTokenMs }
      }
    }
    ... on Conversation { id cost }
    ... on User { id role }
    ... on Tenant { id plan }
  }
}`;

describe('the usage subgraph', () => {
  let usage: UsageFixture;
  beforeAll(async () => {
    usage = await openUsageFixture('pglite');
  });
  afterAll(() => usage[Symbol.asyncDispose]());

  const entities = (identity: Parameters<UsageFixture['execute']>[0], typename: string, ids: readonly string[]) =>
    usage.execute(identity, entitiesQuery, { representations: ids.map((id) => ({ __typename: typename, id })) });

  it('adds usage to messages and cost to conversations', async () => {
    const user = await usage.tenant();
    const conversationId = v7();
    const result = finished(user, { conversationId });
    await settleGeneration(usage.database, result);
    await settleGeneration(usage.database, finished(user, { conversationId }));
    expect((await entities(user, 'Message', [result.messageId])).data).toEqual({
      _entities: [
        {
          id: result.messageId,
          usage: {
            inputTokens: 1000,
            cachedInputTokens: 400,
            outputTokens: 77,
            reasoningTokens: 7,
            costUsd: '0.0001662',
            attempts: [
              {
                attempt: 1,
                model: { id: 'openai/gpt-4o-mini' },
                outputTokens: 77,
                costUsd: '0.0001662',
                firstTokenMs: 20.25,
              },
            ],
          },
        },
      ],
    });
    expect((await entities(user, 'Conversation', [conversationId])).data).toEqual({
      _entities: [{ id: conversationId, cost: '0.0003324' }],
    });
  });

  it.each(['Message', 'Conversation'])('needs as many statements for 50 of %s as for one', async (typename) => {
    const user = await usage.tenant();
    const results = Array.from({ length: 50 }, () => finished(user));
    for (const result of results) await settleGeneration(usage.database, result);
    const ids = results.map(({ messageId, conversationId }) => (typename === 'Message' ? messageId : conversationId));
    const statements = async (some: readonly string[]): Promise<number> => {
      const before = usage.database.statements;
      const { data, errors } = await entities(user, typename, some);
      expect(errors).toBeUndefined();
      expect(data?.['_entities']).toHaveLength(some.length);
      expect(JSON.stringify(data)).toContain('0.0001662');
      return usage.database.statements - before;
    };
    const forOne = await statements(ids.slice(0, 1));
    expect(await statements(ids)).toBe(forOne);
  });

  it('shows nothing to another tenant', async () => {
    const [user, stranger] = [await usage.tenant(), await usage.tenant()];
    const result = finished(user);
    await settleGeneration(usage.database, result);
    const { messageId, conversationId } = result;
    expect((await entities(stranger, 'Message', [messageId, v7(), 'no id'])).data).toMatchObject({
      _entities: [{ usage: null }, { usage: null }, { usage: null }],
    });
    expect((await entities(stranger, 'Conversation', [conversationId])).data).toMatchObject({
      _entities: [{ cost: '0' }],
    });
    expect((await entities(stranger, 'User', [user.userId])).data).toEqual({ _entities: [null] });
    expect((await entities(stranger, 'Tenant', [user.tenantId])).data).toEqual({ _entities: [null] });
  });

  it('creates the viewer and its tenant at first sight, and stores the role of the newest token', async () => {
    const user = identityOf(v7(), 'USER');
    const query = '{ viewer { id email role quota { minute { limitTokens } } } tenant { id name plan } }';
    expect((await usage.execute(user, query)).data).toEqual({
      viewer: { id: user.userId, email: null, role: 'USER', quota: { minute: { limitTokens: 200_000 } } },
      tenant: { id: user.tenantId, name: user.tenantId, plan: 'FREE' },
    });
    const promoted = { ...user, roles: ['BILLING_ADMIN', 'ADMIN'] as const };
    expect((await usage.execute({ ...promoted, roles: [...promoted.roles] }, query)).data).toMatchObject({
      viewer: { role: 'ADMIN' },
    });
  });

  it('finds a person by the whole address, in the own tenant and while active', async () => {
    const [user, stranger] = [await usage.tenant(), await usage.tenant()];
    const email = `Grace.${v7()}@example.org`;
    const set = (column: string, value: unknown) =>
      usage.database.asSystem((em) =>
        em.execute(`update usage.users set ${column} = ? where id = ?`, [value, user.userId]),
      );
    await set('email', email);
    const query = 'query ($email: String!) { userByEmail(email: $email) { id } }';
    const find = async (by: Identity, address: string) => await usage.execute(by, query, { email: address });
    const found = { data: { userByEmail: { id: user.userId } } };
    expect(await find(user, ` ${email.toUpperCase()} `)).toEqual(found);
    const none = { data: { userByEmail: null } };
    expect(await find(stranger, email)).toEqual(none);
    for (const part of [email.slice(1), '%', `${email}%`]) expect(await find(user, part)).toEqual(none);
    for (const wrong of ['', 'a'.repeat(255)]) {
      expect((await find(user, wrong)).errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
    }
    await set('is_active', false);
    expect(await find(user, email)).toEqual(none);
  });

  it('resolves internal fields for services only', async () => {
    const user = await usage.tenant();
    const input = { messageId: v7(), conversationId: v7(), inputTokens: 1, maxOutputTokens: 1 };
    const reserve = 'mutation ($input: ReserveTokensInput!) { reserveTokens(input: $input) { plan } }';
    const release = 'mutation ($id: ID!) { releaseTokens(messageId: $id) }';
    for (const [query, variables] of [
      [reserve, { input }],
      [release, { id: input.messageId }],
      ['{ tenantPlan }', {}],
    ] as const) {
      const refused = await usage.execute({ ...user, roles: ['ADMIN'] }, query, variables);
      expect(refused.errors?.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    }
    expect((await usage.execute(asService(user), '{ tenantPlan }')).data).toEqual({ tenantPlan: 'PRO' });
    expect((await usage.execute(asService(user), reserve, { input })).data).toEqual({ reserveTokens: { plan: 'PRO' } });
    expect((await usage.execute(asService(user), release, { id: input.messageId })).data).toEqual({
      releaseTokens: true,
    });
    expect((await usage.execute(asService(user), release, { id: input.messageId })).data).toEqual({
      releaseTokens: false,
    });
  });

  it('refuses with QUOTA_EXCEEDED, the quota, and the time to try again', async () => {
    const user = await usage.tenant({ userTokensPerDay: 5 });
    const input = { messageId: v7(), conversationId: v7(), inputTokens: 2, maxOutputTokens: 2 };
    const reserve = 'mutation ($input: ReserveTokensInput!) { reserveTokens(input: $input) { plan } }';
    await usage.execute(asService(user), reserve, { input });
    const { errors } = await usage.execute(asService(user), reserve, { input: { ...input, messageId: v7() } });
    expect(errors).toMatchObject([
      { extensions: { code: 'QUOTA_EXCEEDED', quota: 'USER_DAY', retryAfterMs: expect.any(Number) } },
    ]);
  });

  it('notifies a user of changes of their quota', async () => {
    const user = await usage.tenant();
    const messageId = v7();
    const input = { messageId, conversationId: v7(), inputTokens: 40, maxOutputTokens: 2 };
    const reserve = 'mutation ($input: ReserveTokensInput!) { reserveTokens(input: $input) { plan } }';
    const subscription = 'subscription { quotaChanged { day { usedTokens } } }';
    const changed = await usage.firstOf(user, subscription, () => usage.execute(asService(user), reserve, { input }));
    expect(changed).toEqual({ data: { quotaChanged: { day: { usedTokens: 42 } } } });
  });

  it('notifies administrators of the usage of all users of their tenant, in few events, and of no other', async () => {
    const { tenantId } = await usage.tenant();
    const stranger = identityOf((await usage.tenant()).tenantId, 'ADMIN');
    const query = 'subscription { tenantUsageChanged { id budget { spentUsd } } }';
    await using watching = await usage.watchTenant(identityOf(tenantId, 'ADMIN'), query);
    await using billing = await usage.watchTenant(identityOf(tenantId, 'BILLING_ADMIN'), query);
    await using elsewhere = await usage.watchTenant(stranger, query);
    const spent = (id: string, spentUsd: string) => ({ tenantUsageChanged: { id, budget: { spentUsd } } });
    const publish = (of: Identity) => {
      const result = finished(of);
      return usage.ports.broker.publish('events', 'message.finished', result.messageId, result);
    };
    const started = performance.now();
    for (let count = 0; count < 40; count += 1) await publish(identityOf(tenantId, 'USER'));
    const events = await watching.until(spent(tenantId, '0.006648'));
    expect(events).toBeLessThanOrEqual(2 + (performance.now() - started) / 1_000);
    await billing.until(spent(tenantId, '0.006648'));
    await publish(stranger);
    await elsewhere.until(spent(stranger.tenantId, '0.0001662'));
  });

  it('notifies administrators of a new name, budget, plan and limits of their tenant', async () => {
    const user = await usage.tenant();
    const admin: Identity = { ...user, roles: ['ADMIN', 'BILLING_ADMIN'], scopes: ['tenants:write'] };
    for (const [mutation, field, value] of [
      ['renameTenant(name: "Acme")', 'name', 'Acme'],
      ['setBudget(monthlyUsd: "7")', 'budget { monthlyUsd }', { monthlyUsd: '7' }],
      ['setTenantQuota(input: { tokensPerDay: 70 })', 'quota { day { limitTokens } }', { day: { limitTokens: 70 } }],
      ['setPlan(plan: ENTERPRISE)', 'plan', 'ENTERPRISE'],
    ] as const) {
      await using watching = await usage.watchTenant(admin, `subscription { tenantUsageChanged { ${field} } }`);
      expect((await usage.execute(admin, `mutation { ${mutation} { id } }`)).errors).toBeUndefined();
      await watching.until({ tenantUsageChanged: { [field.split(' ')[0] ?? '']: value } });
    }
  });

  it('refuses to notify users without a role of the usage of their tenant', async () => {
    const refused = usage.watchTenant(await usage.tenant(), 'subscription { tenantUsageChanged { id } }');
    await expect(refused).rejects.toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  it('is ready when its database responds', async () => {
    const health = await fetch(new URL('/health/ready', usage.url));
    expect([health.status, await health.json()]).toEqual([200, { status: 'ready', failing: [] }]);
  });
});
