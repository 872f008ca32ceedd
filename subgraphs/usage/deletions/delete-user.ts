/**
 * Deletes a user: ends every access as a deactivation does, deletes the user's API keys, takes name and address from
 * the row, and has the other subgraphs delete what they have of the user. Invariant: the row itself stays, so the sums
 * of the ledger stay true and nobody else ever gets the id; a later token of the same subject is refused until an
 * administrator activates the user.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { v7 as uuidv7 } from 'uuid';
import type { UserDeleted } from '#contracts/broker-events.ts';
import type { Identity } from '#contracts/identity.ts';
import type { Logger } from '#kernel/log.ts';
import { type OutboxRow, outboxRowOf, storeOutboxRow } from '#kernel/outbox/outbox-table.ts';
import type { OutboxRelay } from '#kernel/outbox/relay.ts';
import { repeatTask } from '#kernel/process/repeat-task.ts';
import { type AccessServices, changeAccess } from '../accounts/decide-access.ts';
import type { PublishRevocation } from '../api-keys/revoke-api-key.ts';
import { ApiKeyEntity, OutboxEntity, type User, UserEntity } from '../entities.ts';

/** Milliseconds after which whatever was under way at the deletion has ended and is deleted too. */
const announceAgainAfterMs = 10 * 60_000;
const sweepEveryMs = 60_000;
/** Users of one sweep. */
const sweepRows = 100;

export interface DeletionServices extends AccessServices {
  readonly publishRevocation: PublishRevocation;
  /** Of the outbox of this subgraph. */
  readonly relay: Pick<OutboxRelay, 'publish'>;
}

const erased = { email: null, name: null } as const;

const storeEvent = (em: EntityManager, { tenantId, id: userId }: User, before: Date): OutboxRow => {
  const body: UserDeleted = { tenantId, userId, before: before.toISOString() };
  return storeOutboxRow(
    em,
    OutboxEntity,
    tenantId,
    outboxRowOf({ routingKey: 'user.deleted', messageId: uuidv7(), body }),
  );
};

/** Throws as `changeAccess` does. Deleting a user again has what is left of it deleted. */
export const deleteUser = async (services: DeletionServices, identity: Identity, id: string): Promise<User> => {
  const { relay, publishRevocation } = services;
  const events: OutboxRow[] = [];
  const keyIds: string[] = [];
  const deleted = await changeAccess(services, identity, { userId: id, argument: 'id' }, async (em, user) => {
    const now = new Date();
    for (const key of await em.find(ApiKeyEntity, { tenantId: user.tenantId, userId: user.id })) {
      keyIds.push(key.id);
      em.remove(key);
    }
    const announceAgainAt = new Date(now.getTime() + announceAgainAfterMs);
    em.assign(user, { ...erased, isActive: false, deletedAt: user.deletedAt ?? now, announceAgainAt });
    events.push(storeEvent(em, user, now));
  });
  void relay.publish(events);
  await Promise.all(keyIds.map(publishRevocation));
  return deleted;
};

/** Publishes deletions once more that are due by `now`. Any number of processes may do so at the same time. */
export const announceAgain = async (
  { database, relay }: Pick<DeletionServices, 'database' | 'relay'>,
  now = new Date(),
): Promise<void> => {
  const events = await database.asSystem(async (em) => {
    const due = { announceAgainAt: { $lte: now } };
    const users = await em.find(UserEntity, due, { orderBy: { announceAgainAt: 'asc' }, limit: sweepRows });
    return users.map((user) => {
      // A request that was under way may have stored the name of a program again.
      em.assign(user, { ...erased, announceAgainAt: null });
      return storeEvent(em, user, now);
    });
  });
  await relay.publish(events);
};

/** Closing waits for a sweep that runs. */
export const startDeletionSweep = (
  services: Pick<DeletionServices, 'database' | 'relay'> & { readonly logger: Logger },
): AsyncDisposable =>
  repeatTask({
    everyMs: sweepEveryMs,
    run: () => announceAgain(services),
    onFault: (err) => services.logger.warn({ err }, 'deletions of users are not published again yet'),
  });
