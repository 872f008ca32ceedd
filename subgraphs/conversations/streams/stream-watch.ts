/**
 * Checks the messages of all open streams of this process with one statement: whether each reader may still read its
 * message, and whether the message has become final without its log saying so. Runs at once after a deletion and after
 * a decision about a user's access, and every few seconds for everything else.
 */
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import type { AccessList } from '#kernel/access/access-list.ts';
import { arrayLiteral } from '#kernel/database/array-literal.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { deletionsTopic } from '../conversations/change-feed.ts';
import { inFlightStatuses, messageStatuses } from '../entities.ts';

/**
 * GONE: the message or its conversation was deleted, or the reader may not read it any more. FINAL: the row of the
 * message has a final status.
 */
export type Finding = 'GONE' | 'FINAL';
type OnFinding = (finding: Finding) => void;

interface OpenStream {
  readonly reader: Identity;
  readonly onFinding: OnFinding;
}

export interface StreamWatch extends AsyncDisposable {
  /** Reports the findings of every check until the returned function is called. */
  join(logId: string, reader: Identity, onFinding: OnFinding): () => void;
}

const watchEveryMs = 5_000;
const rowsSchema = z.array(z.object({ id: z.string(), status: z.enum(messageStatuses), owner_id: z.string() }));
const checkSql = `
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
  const openStreams = new Map<string, Set<OpenStream>>();
  let checking: Promise<void> = Promise.resolve();

  const mayRead = (reader: Identity, ownerId: string): boolean => {
    try {
      return ownerId === reader.userId || access.admit(reader).roles.includes('ADMIN');
    } catch {
      return false;
    }
  };
  const check = async (): Promise<void> => {
    const ids = [...openStreams.keys()];
    if (ids.length === 0) return;
    const found = rowsSchema.parse(await database.asSystem((em) => em.execute(checkSql, [arrayLiteral(ids)])));
    const rows = new Map(found.map((row) => [row.id, row]));
    for (const id of ids) {
      const row = rows.get(id);
      for (const { reader, onFinding } of openStreams.get(id) ?? []) {
        if (!row || !mayRead(reader, row.owner_id)) onFinding('GONE');
        else if (!inFlightStatuses.includes(row.status)) onFinding('FINAL');
      }
    }
  };
  const startCheck = (): void => {
    checking = checking.then(check).catch((err) => logger.warn({ err }, 'check of open streams failed'));
  };
  const timer = setInterval(startCheck, everyMs);
  timer.unref();
  const unsubscribe = await signals.subscribe(deletionsTopic, startCheck);
  const stopListening = access.onChange(startCheck);

  return {
    join(logId, reader, onFinding) {
      const ofMessage = openStreams.get(logId) ?? new Set<OpenStream>();
      const stream = { reader, onFinding };
      openStreams.set(logId, ofMessage.add(stream));
      return () => {
        ofMessage.delete(stream);
        if (ofMessage.size === 0 && openStreams.get(logId) === ofMessage) openStreams.delete(logId);
      };
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      stopListening();
      await unsubscribe();
      await checking;
    },
  };
};
