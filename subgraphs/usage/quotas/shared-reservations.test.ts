/**
 * Copies of one send, such as the retry of an SDK, share one reservation, which holds what one of them needs until the
 * last one has released it.
 */
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Identity } from '#contracts/identity.ts';
import { AppError } from '#kernel/errors.ts';
import { finished, identityOf, openUsageFixture, type UsageFixture } from '../usage.fixture.ts';
import { loadBudget, loadQuotas } from './read-quotas.ts';
import { releaseTokens } from './release-tokens.ts';
import { type ReserveTokensInput, reserveTokens } from './reserve-tokens.ts';

describe.each(['pglite', 'postgres'] as const)('copies of one send on %s', (kind) => {
  let usage: UsageFixture;
  beforeAll(async () => {
    usage = await openUsageFixture(kind);
  });
  afterAll(() => usage[Symbol.asyncDispose]());

  /** Reserves for one copy. Returns the id of its reservation. */
  const copy = async (
    identity: Identity,
    sendId: string,
    tokens: number,
    more: Partial<ReserveTokensInput> = {},
  ): Promise<string> => {
    const reservationId = v7();
    const ids = { reservationId, sendId, messageId: v7(), conversationId: v7() };
    const input = { ...ids, inputTokens: 0, maxOutputTokens: tokens, ...more };
    await reserveTokens(usage.reservations, identity, input);
    return reservationId;
  };
  const release = (identity: Identity, id: string) => releaseTokens(usage.reservations, identity, id);
  /** Tokens counted in the day and the minute of the tenant, then in those of the user. */
  const counted = async (identity: Identity): Promise<number[]> => {
    const quotas = await loadQuotas(usage.database.forTenant(identity.tenantId), [identity.tenantId, identity.userId]);
    return quotas.flatMap((quota) =>
      quota instanceof AppError ? [] : [quota.day.usedTokens, quota.minute.usedTokens],
    );
  };
  const held = async ({ tenantId }: Identity) =>
    Number((await loadBudget(usage.database, { id: tenantId })).reservedUsd);
  const times = (tokens: number): number[] => Array.from({ length: 4 }, () => tokens);

  it('admits all copies if there is room for one, and holds that until the last one releases it', async () => {
    const user = await usage.tenant({ userTokensPerMinute: 150 });
    const sendId = v7();
    const copies = await Promise.all(Array.from({ length: 30 }, () => copy(user, sendId, 100)));
    expect(await counted(user)).toEqual(times(100));
    const [last = '', ...others] = copies;
    await Promise.all(others.map((id) => release(user, id)));
    expect(await counted(user)).toEqual(times(100));
    expect(await release(user, last)).toBe(true);
    expect(await counted(user)).toEqual(times(0));
  });

  it('holds what the copy with the largest needs requires', async () => {
    const user = await usage.tenant({ userTokensPerMinute: 150 });
    const sendId = v7();
    const first = await copy(user, sendId, 100);
    const second = await copy(user, sendId, 140);
    expect(await counted(user)).toEqual(times(140));
    await expect(copy(user, sendId, 151)).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED' });
    await release(user, first);
    expect(await counted(user)).toEqual(times(140));
    await release(user, second);
    expect(await counted(user)).toEqual(times(0));
  });

  it('settles the stored copy, whichever it is, in whichever order the others are released', async () => {
    for (const isFirst of [true, false]) {
      for (const releasesBefore of [true, false]) {
        const user = await usage.tenant();
        const [sendId, messageId] = [v7(), v7()];
        const stored = { messageId, maxCostUsd: '2' };
        const [a, b] = [
          await copy(user, sendId, 5000, isFirst ? stored : { maxCostUsd: '2' }),
          await copy(user, sendId, 5000, isFirst ? { maxCostUsd: '2' } : stored),
        ];
        expect([await held(user), ...(await counted(user))]).toEqual([2, ...times(5000)]);
        const other = isFirst ? b : a;
        if (releasesBefore) await release(user, other);
        await usage.settle(finished(user, { messageId }));
        if (!releasesBefore) await release(user, other);
        expect([await held(user), ...(await counted(user))]).toEqual([0, ...times(1077)]);
      }
    }
  });

  it('shares money like tokens, including the cost of the title', async () => {
    const user = await usage.tenant();
    await usage.database.asSystem((em) =>
      em.execute('update usage.tenants set monthly_budget_usd = 1.5 where id = ?', [user.tenantId]),
    );
    const sendId = v7();
    const cost = { maxCostUsd: '1', maxTitleCostUsd: '0.5' };
    const first = await copy(user, sendId, 10, cost);
    const conversationId = v7();
    const messageId = v7();
    await copy(user, sendId, 10, { ...cost, conversationId, messageId });
    expect(await held(user)).toBe(1.5);
    await release(user, first);
    expect(await held(user)).toBe(1.5);
    const reply = finished(user, { messageId, conversationId });
    await usage.settle(reply);
    expect(await held(user)).toBe(0.5);
    const { status: _, finishReason: __, text: ___, lastSeq: ____, ...title } = { ...reply, messageId: v7() };
    await usage.settle({ ...title, title: 'Ledgers' });
    expect(await held(user)).toBe(0);
  });

  it('counts a copy in the window in which it arrived', async () => {
    const user = await usage.tenant({ userTokensPerMinute: 150 });
    const sendId = v7();
    const first = await copy(user, sendId, 100);
    await usage.database.asSystem((em) =>
      em.execute(
        `update usage.quota_windows set minute_start = minute_start + interval '1 minute', minute_tokens = 0
          where tenant_id = ?`,
        [user.tenantId],
      ),
    );
    const second = await copy(user, sendId, 100);
    expect(await counted(user)).toEqual([200, 100, 200, 100]);
    await release(user, first);
    expect(await counted(user)).toEqual(times(100));
    await release(user, second);
    expect(await counted(user)).toEqual(times(0));
  });

  it('does not share with another send or another user', async () => {
    const user = await usage.tenant();
    const other = identityOf(user.tenantId, 'USER');
    const sendId = v7();
    await copy(user, sendId, 100);
    await copy(user, v7(), 100);
    const theirs = await copy(other, sendId, 100);
    expect((await counted(user))[0]).toBe(300);
    await release(other, theirs);
    expect(await counted(user)).toEqual([200, 200, 200, 200]);
  });
});
