/** Reservations without a stored turn expire. Those of stored replies stay until the replies end. */
import { v7 } from 'uuid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Identity } from '#contracts/identity.ts';
import { createLogger } from '#kernel/log.ts';
import { finished, openUsageFixture, type UsageFixture } from '../usage.fixture.ts';
import type { FindAwaited } from './awaited-replies.ts';
import { expireReservations } from './expire-reservations.ts';
import { loadBudget } from './read-quotas.ts';
import { reserveTokens } from './reserve-tokens.ts';

describe.each(['pglite', 'postgres'] as const)('expiry on %s', (kind) => {
  let usage: UsageFixture;
  beforeAll(async () => {
    usage = await openUsageFixture(kind);
  });
  afterAll(() => usage[Symbol.asyncDispose]());

  const logger = createLogger('usage-test', 'silent');
  const expire = (findAwaited: FindAwaited) =>
    expireReservations({ database: usage.database, findAwaited, ttlSeconds: 3600, logger });
  const nobodyWaits: FindAwaited = async () => [];
  const reserve = async (identity: Identity, sendId = v7()): Promise<string> => {
    const messageId = v7();
    const ids = { reservationId: v7(), sendId, messageId, conversationId: v7() };
    const cost = { maxCostUsd: '1', maxTitleCostUsd: '0.5' };
    const input = { ...ids, inputTokens: 2000, maxOutputTokens: 3000, ...cost };
    await reserveTokens(usage.reservations, identity, input);
    return messageId;
  };
  /** Makes all reservations of a tenant overdue, or those for one message. */
  const overdue = ({ tenantId }: Identity, messageId?: string) =>
    usage.database.asSystem((em) =>
      em.execute(
        `update usage.reservations set expires_at = now() - interval '1 second'
          where tenant_id = ? and message_id = coalesce(?, message_id)`,
        [tenantId, messageId ?? null],
      ),
    );
  const held = async ({ tenantId }: Identity) =>
    Number((await loadBudget(usage.database, { id: tenantId })).reservedUsd);
  const tokens = async ({ tenantId }: Identity): Promise<number> => {
    const sql = 'select day_tokens::int as counted from usage.quotas where user_id is null';
    const [row] = await usage.database.forTenant(tenantId).execute<{ counted: number }[]>(sql);
    return row?.counted ?? -1;
  };

  it('expires the reservation of a turn that was never stored, and still bills it if it ends later', async () => {
    const user = await usage.tenant();
    const messageId = await reserve(user);
    expect(await expire(nobodyWaits)).toBe(0);
    await overdue(user);
    expect(await expire(nobodyWaits)).toBe(2);
    expect([await held(user), await tokens(user)]).toEqual([0, 0]);
    expect(await usage.settle(finished(user, { messageId }))).toBe(true);
    expect([await held(user), await tokens(user)]).toEqual([0, 1077]);
    expect(await expire(nobodyWaits)).toBe(0);
  });

  it('keeps the reservation of a reply that has not ended, however long it waits', async () => {
    const user = await usage.tenant();
    const [waiting, lost] = [await reserve(user), await reserve(user)];
    const queried: string[] = [];
    const findAwaited: FindAwaited = async (tenantId, messageIds) => {
      if (tenantId === user.tenantId) queried.push(...messageIds);
      return messageIds.filter((id) => id === waiting);
    };
    for (const expired of [2, 0, 0]) {
      await overdue(user);
      expect(await expire(findAwaited)).toBe(expired);
      expect([await held(user), await tokens(user)]).toEqual([1.5, 5000]);
    }
    expect(queried.toSorted()).toEqual([waiting, lost, waiting, waiting].toSorted());
    // It is renewed for the usual time, so conversations is not queried again.
    expect(await expire(nobodyWaits)).toBe(0);
    await usage.settle(finished(user, { messageId: waiting, status: 'CANCELLED' }));
    expect([await held(user), await tokens(user)]).toEqual([0, 1077]);
  });

  it('keeps the reservations of a tenant whose replies cannot be queried, and expires those of others', async () => {
    const [user, other] = [await usage.tenant(), await usage.tenant()];
    await reserve(user);
    await reserve(other);
    await overdue(user);
    await overdue(other);
    const isAway: FindAwaited = async (tenantId) => {
      if (tenantId === user.tenantId) throw new Error('away');
      return [];
    };
    expect(await expire(isAway)).toBe(2);
    expect([await held(user), await held(other)]).toEqual([1.5, 0]);
    expect(await expire(nobodyWaits)).toBe(2);
    expect(await held(user)).toBe(0);
  });

  it('passes the reservation of a lost copy of a send on to the copy whose reply waits', async () => {
    const user = await usage.tenant();
    const sendId = v7();
    const lost = await reserve(user, sendId);
    const messageId = await reserve(user, sendId);
    await overdue(user, lost);
    expect(await expire(nobodyWaits)).toBe(2);
    expect([await held(user), await tokens(user)]).toEqual([1.5, 5000]);
    await usage.settle(finished(user, { messageId, status: 'CANCELLED' }));
    expect([await held(user), await tokens(user)]).toEqual([0, 1077]);
  });
});
