/**
 * Looks after the messages of open streams, all of this process with one statement: whether they may still be read by who reads them, and
 * whether they have become final without their log saying so. A deletion, and a decision about a user, is looked at at once, everything
 * else every few seconds.
 */
import { z } from 'zod';
import type { AccessList } from '#kernel/access/access-list.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Identity } from '#kernel/identity.ts';
import type { Logger } from '#kernel/log.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { deletionsTopic } from '../changes.ts';
import { inFlightStatuses, messageStatuses } from '../entities.ts';

/** GONE: the message or its conversation was deleted, or the reader may not read it any more. FINAL: its row has an end. */
export type Fate = 'GONE' | 'FINAL';
type Tell = (fate: Fate) => void;

interface Reading {
  readonly reader: Identity;
  readonly tell: Tell;
}

export interface StreamWatch extends AsyncDisposable {
  /** Tells each time that it looks, until the closer that it gives is called. */
  join(logId: string, reader: Identity, tell: Tell): () => void;
}

const watchEveryMs = 5_000;
const rowsSchema = z.array(z.object({ id: z.string(), status: z.enum(messageStatuses), owner_id: z.string() }));
const lookSql = `
  select coalesce(m.log_id, m.id) as id, m.status, c.owner_id from conversations.messages m
  join conversations.conversations c on c.id = m.conversation_id
  where coalesce(m.log_id, m.id) = any(?::uuid[]) and c.deleted_at is null`;

export const openStreamWatch = async (
  services: {
    readonly database: Database;
    readonly signals: Signals;
    readonly access: AccessList;
    readonly logger: Logger;
  },
  everyMs = watchEveryMs,
): Promise<StreamWatch> => {
  const { database, signals, access, logger } = services;
  const open = new Map<string, Set<Reading>>();
  let looking: Promise<void> = Promise.resolve();

  const mayRead = (reader: Identity, ownerId: string): boolean => {
    try {
      return ownerId === reader.userId || access.admit(reader).roles.includes('ADMIN');
    } catch {
      return false;
    }
  };
  const look = async (): Promise<void> => {
    const ids = [...open.keys()];
    if (ids.length === 0) return;
    const found = rowsSchema.parse(await database.asSystem((em) => em.execute(lookSql, [`{${ids.join(',')}}`])));
    const rows = new Map(found.map((row) => [row.id, row]));
    for (const id of ids) {
      const row = rows.get(id);
      for (const { reader, tell } of open.get(id) ?? []) {
        if (!row || !mayRead(reader, row.owner_id)) tell('GONE');
        else if (!inFlightStatuses.includes(row.status)) tell('FINAL');
      }
    }
  };
  const lookInTurn = (): void => {
    looking = looking.then(look).catch((err) => logger.warn({ err }, 'open streams cannot be looked after'));
  };
  const timer = setInterval(lookInTurn, everyMs);
  timer.unref();
  const close = await signals.subscribe(deletionsTopic, lookInTurn);
  const leave = access.onChange(lookInTurn);

  return {
    join(logId, reader, tell) {
      const readings = open.get(logId) ?? new Set<Reading>();
      const reading = { reader, tell };
      open.set(logId, readings.add(reading));
      return () => {
        readings.delete(reading);
        if (readings.size === 0 && open.get(logId) === readings) open.delete(logId);
      };
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      leave();
      await close();
      await looking;
    },
  };
};
