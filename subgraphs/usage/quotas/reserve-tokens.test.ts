import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Identity } from '#contracts/identity.ts';
import { AppError } from '#kernel/errors.ts';
import { finished, identityOf, openUsageFixture, type UsageFixture } from '../usage.fixture.ts';
import { loadBudget, loadQuotas } from './read-quotas.ts';
import { releaseTokens } from './release-tokens.ts';
import { type ReserveTokensInput, reserveTokens } from './reserve-tokens.ts';

describe.each(['pglite', 'postgres'] as const)('reservations on %s', (kind) => {
  let usage: UsageFixture;
  beforeAll(async () => {
    usage = await openUsageFixture(kind);
  });
  afterAll(() => usage[Symbol.asyncDispose]());

  const reserve = (identity: Identity, tokens: number, messageId = v7(), more: Partial<ReserveTokensInput> = {}) => {
    const [inputTokens, maxOutputTokens] = [Math.floor(tokens / 2), Math.ceil(tokens / 2)];
    const input = { messageId, conversationId: v7(), inputTokens, maxOutputTokens, ...more };
    return reserveTokens(usage.reservations, identity, input);
  };
  const refusal = async (identity: Identity, tokens: number): Promise<AppError> => {
    const fault: unknown = await reserve(identity, tokens).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!(fault instanceof AppError)) throw new Error(`not refused: ${String(fault)}`);
    return fault;
  };
  /** Tokens counted in the day and the minute of the tenant, then in those of the user. */
  const counted = async (identity: Identity): Promise<number[]> => {
    const quotas = await loadQuotas(usage.database.forTenant(identity.tenantId), [identity.tenantId, identity.userId]);
    return quotas.flatMap((quota) =>
      quota instanceof AppError ? [] : [quota.day.usedTokens, quota.minute.usedTokens],
    );
  };

  it('holds a quota exactly under 1,000 concurrent reservations: all that fits is admitted, nothing more', async () => {
    const tenant = await usage.tenant({ tokensPerDay: 50_000 });
    const users = Array.from({ length: 20 }, () => identityOf(tenant.tenantId, 'USER'));
    const results = await Promise.allSettled(
      Array.from({ length: 1000 }, (_, index) => reserve(users[index % users.length] ?? tenant, 100)),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(500);
    const faults = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    expect(faults.map((fault: unknown) => (fault instanceof AppError ? fault.code : fault))).toEqual(
      Array.from({ length: 500 }, () => 'QUOTA_EXCEEDED'),
    );
    const [row] = await usage.database
      .forTenant(tenant.tenantId)
      .execute<{ held: string }[]>(`select sum(tokens)::text as held from usage.reservations`);
    expect(row?.held).toBe('50000');
    expect((await counted(tenant))[0]).toBe(50_000);
  });

  it('counts a message once, however often and however concurrently it is reserved', async () => {
    const user = await usage.tenant();
    const messageId = v7();
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => reserve(user, 100, messageId)));
    expect(new Set(outcomes.map((outcome) => JSON.stringify(outcome)))).toEqual(
      new Set([JSON.stringify({ messageId, plan: 'PRO', reservedTokens: 100 })]),
    );
    expect(await counted(user)).toEqual([100, 100, 100, 100]);
  });

  it.each([
    ['TENANT_DAY', { tokensPerDay: 150 }],
    ['TENANT_MINUTE', { tokensPerMinute: 150 }],
    ['USER_DAY', { userTokensPerDay: 150 }],
    ['USER_MINUTE', { userTokensPerMinute: 150 }],
  ])('says that %s refuses, and when to try again', async (quota, limits) => {
    const user = await usage.tenant(limits);
    await reserve(user, 100);
    const fault = await refusal(user, 51);
    expect(fault.code).toBe('QUOTA_EXCEEDED');
    expect(fault.details).toEqual({ quota });
    expect(fault.retryAfterMs).toBeGreaterThan(0);
    expect(await counted(user)).toEqual([100, 100, 100, 100]);
    await reserve(user, 50);
  });

  it('names no time to try again when the tokens can never fit', async () => {
    const user = await usage.tenant({ userTokensPerMinute: 150 });
    const fault = await refusal(user, 151);
    expect(fault.code).toBe('QUOTA_EXCEEDED');
    expect(fault.retryAfterMs).toBeUndefined();
    expect(fault.details).toEqual({ quota: 'USER_MINUTE' });
  });

  it('frees released tokens once, and holds them again when they are reserved again', async () => {
    const user = await usage.tenant();
    const messageId = v7();
    await reserve(user, 100, messageId);
    await reserve(user, 7);
    expect(await releaseTokens(usage.reservations, user, messageId)).toBe(true);
    expect(await releaseTokens(usage.reservations, user, messageId)).toBe(false);
    expect(await counted(user)).toEqual([7, 7, 7, 7]);
    await reserve(user, 30, messageId);
    expect(await counted(user)).toEqual([37, 37, 37, 37]);
  });

  it('releases the reservation of one request, and not that of another request for the same message', async () => {
    const user = await usage.tenant();
    const messageId = v7();
    const [first, second] = [v7(), v7()];
    await reserve(user, 900, messageId, { reservationId: first });
    await reserve(user, 7, messageId, { reservationId: second });
    expect(await counted(user)).toEqual([907, 907, 907, 907]);
    expect(await releaseTokens(usage.reservations, user, second)).toBe(true);
    expect(await releaseTokens(usage.reservations, user, messageId)).toBe(false);
    expect(await counted(user)).toEqual([900, 900, 900, 900]);
    // As large as requested, although there is a reservation for the message already.
    const greedy = await usage.tenant({ userTokensPerDay: 100 });
    await reserve(greedy, 1, messageId, { reservationId: v7() });
    await expect(reserve(greedy, 100, messageId, { reservationId: v7() })).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
    });
  });

  it('settles the reservation of an ended message once, and frees other reservations for its id', async () => {
    const user = await usage.tenant();
    const other = identityOf(user.tenantId, 'USER');
    const messageId = v7();
    await reserve(user, 5000, messageId, { reservationId: v7() });
    const late = v7();
    await reserve(other, 300, messageId, { reservationId: late });
    await usage.settle(finished(user, { messageId }));
    expect(await counted(user)).toEqual([1077, 1077, 1077, 1077]);
    expect(await counted(other)).toEqual([1077, 1077, 0, 0]);
    expect(await releaseTokens(usage.reservations, other, late)).toBe(false);
  });

  it('does not release what another tenant holds', async () => {
    const [user, stranger] = [await usage.tenant(), await usage.tenant()];
    const messageId = v7();
    await reserve(user, 100, messageId);
    expect(await releaseTokens(usage.reservations, stranger, messageId)).toBe(false);
    expect(await counted(user)).toEqual([100, 100, 100, 100]);
  });

  it('resets a window when it has ended', async () => {
    const user = await usage.tenant({ tokensPerDay: 150, userTokensPerMinute: 150 });
    await reserve(user, 100);
    await usage.database.asSystem((em) =>
      em.execute(
        `update usage.quota_windows set day_start = day_start - interval '3 days', minute_start = minute_start - interval '3 days'
          where tenant_id = ?`,
        [user.tenantId],
      ),
    );
    expect(await counted(user)).toEqual([0, 0, 0, 0]);
    await reserve(user, 150);
  });

  it('corrects the windows by what was really used, once', async () => {
    const user = await usage.tenant();
    const messageId = v7();
    await reserve(user, 5000, messageId);
    const result = finished(user, { messageId });
    const settled = await Promise.all([1, 2, 3].map(() => usage.settle(result)));
    expect(settled.filter((first) => first)).toHaveLength(1);
    expect(await counted(user)).toEqual([1077, 1077, 1077, 1077]);
    expect(await releaseTokens(usage.reservations, user, messageId)).toBe(false);
    await reserve(user, 5000, messageId);
    expect(await counted(user)).toEqual([1077, 1077, 1077, 1077]);
  });

  it('refuses when the budget of the month is spent, and not before', async () => {
    const user = await usage.tenant();
    await usage.database.asSystem((em) =>
      em.execute('update usage.tenants set monthly_budget_usd = 0.0003324 where id = ?', [user.tenantId]),
    );
    await usage.settle(finished(user));
    await reserve(user, 100);
    await usage.settle(finished(user));
    const fault = await refusal(user, 100);
    expect([fault.code, fault.details]).toEqual(['QUOTA_EXCEEDED', { quota: 'TENANT_BUDGET' }]);
    expect(fault.retryAfterMs).toBeGreaterThan(0);
  });

  it('holds a budget to the cent under 1,000 concurrent reservations, and after they are settled', async () => {
    const user = await usage.tenant();
    await usage.database.asSystem((em) =>
      em.execute('update usage.tenants set monthly_budget_usd = 0.25 where id = ?', [user.tenantId]),
    );
    const cost = { maxCostUsd: '0.0008', maxTitleCostUsd: '0.0002' };
    const ids = Array.from({ length: 1000 }, () => v7());
    const results = await Promise.allSettled(
      ids.map((messageId) => reserve(user, 10, messageId, { ...cost, reservationId: v7() })),
    );
    const admitted = ids.filter((_, index) => results[index]?.status === 'fulfilled');
    expect(admitted).toHaveLength(250);
    const budget = async () => {
      const [row] = await usage.database
        .forTenant(user.tenantId)
        .execute<{ spent: string; held: string }[]>(
          'select month_cost_usd::float8::text as spent, held_cost_usd::float8::text as held from usage.quotas where user_id is null',
        );
      return row;
    };
    expect(await budget()).toEqual({ spent: '0', held: '0.25' });
    const [first = '', second = '', ...rest] = admitted;
    // The replies cost the most possible. What their titles may cost stays reserved until these are settled.
    const price = { input: '0', cachedInput: '0', output: '1' };
    const tokens = {
      inputTokens: 0,
      cachedInputTokens: 0,
      outputTokens: 800,
      reasoningTokens: 0,
      source: 'COUNTED',
    } as const;
    const conversationId = v7();
    await usage.settle(finished(user, { messageId: first, conversationId, price, usage: tokens }));
    expect(await budget()).toEqual({ spent: '0.0008', held: '0.2492' });
    await usage.settle(finished(user, { messageId: second, price, usage: tokens, status: 'CANCELLED' }));
    expect(await budget()).toEqual({ spent: '0.0016', held: '0.2482' });
    for (const messageId of rest) await usage.settle(finished(user, { messageId, price, usage: tokens }));
    const fault = await reserve(user, 10, v7(), { maxCostUsd: '0.0009', reservationId: v7() }).catch(
      (error: unknown) => error,
    );
    expect(fault).toMatchObject({ code: 'QUOTA_EXCEEDED', details: { quota: 'TENANT_BUDGET' }, retryAfterMs: 5_000 });
    await reserve(user, 10, v7(), { maxCostUsd: '0.0002', reservationId: v7() });
  });

  it('keeps what a title may cost reserved until the title is settled', async () => {
    const user = await usage.tenant();
    const [messageId, conversationId] = [v7(), v7()];
    const cost = { maxCostUsd: '1', maxTitleCostUsd: '0.5' };
    const held = async () => (await loadBudget(usage.database, { id: user.tenantId })).reservedUsd;
    await reserve(user, 10, messageId, { ...cost, conversationId, reservationId: v7() });
    expect(await held()).toBe('1.5');
    const reply = finished(user, { messageId, conversationId });
    await usage.settle(reply);
    expect(await held()).toBe('0.5');
    const { status: _, finishReason: __, text: ___, lastSeq: ____, ...title } = { ...reply, messageId: v7() };
    await usage.settle({ ...title, title: 'Ledgers' });
    expect(Number(await held())).toBe(0);
    expect(await counted(user)).toEqual([1077, 1077, 1077, 1077]);
  });

  it('serves processes of the former version, which name a reservation by its message', async () => {
    const user = await usage.tenant();
    const [messageId, other] = [v7(), v7()];
    const reserveBefore = (message: string) =>
      usage.database.call('select reserved from usage.reserve_tokens(?, ?, ?, ?, ?, 100, 3600)', [
        ...[user.tenantId, user.userId, 'USER', message, v7()],
      ]);
    expect(await reserveBefore(messageId)).toMatchObject([{ reserved: expect.anything() }]);
    await reserveBefore(messageId);
    await reserveBefore(other);
    expect(await counted(user)).toEqual([200, 200, 200, 200]);
    const release = "select usage.close_reservation(?, ?, 'RELEASED', 0) as released";
    expect(await usage.database.forTenant(user.tenantId).execute(release, [user.tenantId, other])).toEqual([
      { released: true },
    ]);
    await usage.settle(finished(user, { messageId }));
    expect(await counted(user)).toEqual([1077, 1077, 1077, 1077]);
  });

  it('creates tenant and user at first sight, with the plan FREE', async () => {
    const user = identityOf(v7(), 'USER');
    expect(await reserve(user, 10)).toMatchObject({ plan: 'FREE', reservedTokens: 10 });
  });

  it('refuses invalid ids and token counts', async () => {
    const user = await usage.tenant();
    await expect(reserve(user, 10, 'm1')).rejects.toMatchObject({ code: 'BAD_USER_INPUT', argument: 'messageId' });
    await expect(reserve(user, -10)).rejects.toMatchObject({ code: 'BAD_USER_INPUT', argument: 'inputTokens' });
  });
});
