/**
 * Looks after the messages of open streams, all of this process with one statement: whether they may still be read, and whether they have
 * become final without their log saying so. A deletion is looked at at once, everything else every few seconds.
 */
import { z } from 'zod';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { deletionsTopic } from '../changes.ts';
import { inFlightStatuses, messageStatuses } from '../entities.ts';

/** GONE: the message or its conversation was deleted. FINAL: its row has an end. */
export type Fate = 'GONE' | 'FINAL';
type Tell = (fate: Fate) => void;

export interface StreamWatch extends AsyncDisposable {
  /** Tells each time that it looks, until the closer that it gives is called. */
  join(messageId: string, tell: Tell): () => void;
}

const watchEveryMs = 5_000;
const rowsSchema = z.array(z.object({ id: z.string(), status: z.enum(messageStatuses) }));
const lookSql = `
  select m.id, m.status from conversations.messages m
  join conversations.conversations c on c.id = m.conversation_id
  where m.id = any(?::uuid[]) and c.deleted_at is null`;

export const openStreamWatch = async (
  services: { readonly database: Database; readonly signals: Signals; readonly logger: Logger },
  everyMs = watchEveryMs,
): Promise<StreamWatch> => {
  const { database, signals, logger } = services;
  const open = new Map<string, Set<Tell>>();
  let looking: Promise<void> = Promise.resolve();

  const look = async (): Promise<void> => {
    const ids = [...open.keys()];
    if (ids.length === 0) return;
    const found = rowsSchema.parse(await database.asSystem((em) => em.execute(lookSql, [`{${ids.join(',')}}`])));
    const statuses = new Map(found.map(({ id, status }) => [id, status]));
    for (const id of ids) {
      const status = statuses.get(id);
      if (status !== undefined && inFlightStatuses.includes(status)) continue;
      for (const tell of open.get(id) ?? []) tell(status === undefined ? 'GONE' : 'FINAL');
    }
  };
  const lookInTurn = (): void => {
    looking = looking.then(look).catch((err) => logger.warn({ err }, 'open streams cannot be looked after'));
  };
  const timer = setInterval(lookInTurn, everyMs);
  timer.unref();
  const close = await signals.subscribe(deletionsTopic, lookInTurn);

  return {
    join(messageId, tell) {
      const tells = open.get(messageId) ?? new Set<Tell>();
      open.set(messageId, tells.add(tell));
      return () => {
        tells.delete(tell);
        if (tells.size === 0 && open.get(messageId) === tells) open.delete(messageId);
      };
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await close();
      await looking;
    },
  };
};
