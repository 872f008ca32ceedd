/**
 * The sessions of one process, kept in its memory and in its data directory, so that a restart signs nobody out.
 * Bounded: beyond `mostSessions` the one that was used least recently ends. Invariant: what was created or replaced is
 * on disk when the call returns; of `lastUsedAt` a crash loses at most the last note.
 */
import type { Logger } from '../log.ts';
import type { Signals } from '../signals/signals.ts';
import { createSessionFiles } from './session-files.ts';
import {
  expiryOf,
  type SessionKey,
  type Sessions,
  type StoredSession,
  sessionEndedTopic,
  sessionSchema,
  touchEveryMs,
} from './sessions.ts';

export interface EmbeddedSessionsOptions {
  readonly dataDirectory: string;
  readonly signals: Signals;
  readonly logger: Logger;
  /** Default 10,000. */
  readonly mostSessions?: number;
}

/** The version of the tokens that somebody refreshes, and until when. */
interface Turn {
  readonly version: number;
  readonly until: number;
}

export const openEmbeddedSessions = async (options: EmbeddedSessionsOptions): Promise<Sessions> => {
  const { dataDirectory, signals, logger, mostSessions = 10_000 } = options;
  const files = createSessionFiles(dataDirectory, logger);
  /** Least recently used first. */
  const sessions = new Map<string, StoredSession>();
  const turns = new Map<string, Turn>();

  const forget = async (id: string): Promise<void> => {
    sessions.delete(id);
    turns.delete(id);
    await files.remove(id);
  };
  const find = (id: string): StoredSession | undefined => {
    const session = sessions.get(id);
    if (session && expiryOf(session) > Date.now()) return session;
    if (session) forget(id).catch((err: unknown) => logger.warn({ err }, 'an expired session cannot be deleted'));
    return undefined;
  };
  const end = async ({ id }: Pick<SessionKey, 'id'>): Promise<void> => {
    if (!sessions.has(id)) return;
    await forget(id);
    await signals.publish(sessionEndedTopic, id);
  };
  const ofUser = (tenantId: string, userId: string): StoredSession[] =>
    [...sessions.values()]
      .filter((session) => session.tenantId === tenantId && session.userId === userId && find(session.id))
      .sort((one, other) => other.createdAt - one.createdAt);

  const stored = await files.readAll();
  for (const session of [...stored].sort((one, other) => one.lastUsedAt - other.lastUsedAt)) {
    sessions.set(session.id, session);
    find(session.id);
  }

  return {
    async create(session, tokens, mostOfUser) {
      const created = { ...session, tokens, version: 1 };
      sessions.set(session.id, created);
      await files.write(created);
      for (const old of ofUser(session.tenantId, session.userId).slice(mostOfUser)) await end(old);
      for (const id of sessions.keys()) {
        if (sessions.size <= mostSessions) break;
        await end({ id });
      }
    },
    async use(id) {
      const session = find(id);
      if (!session || Date.now() - session.lastUsedAt < touchEveryMs) return session;
      const used = { ...session, lastUsedAt: Date.now() };
      sessions.delete(id);
      sessions.set(id, used);
      files.write(used).catch((err: unknown) => logger.warn({ err }, 'the use of a session cannot be stored'));
      return used;
    },
    find: async (id) => find(id),
    async takeRefresh(id, version, turnMs) {
      const session = find(id);
      if (!session) return 'ended';
      if (session.version !== version) return 'replaced';
      const turn = turns.get(id);
      if (turn && turn.until > Date.now()) return 'busy';
      turns.set(id, { version, until: Date.now() + turnMs });
      return 'taken';
    },
    async giveBackRefresh(id, version) {
      if (turns.get(id)?.version === version) turns.delete(id);
    },
    async replaceTokens(id, version, tokens) {
      const session = find(id);
      if (session?.version !== version) return false;
      const replaced = { ...session, tokens, version: version + 1 };
      sessions.set(id, replaced);
      turns.delete(id);
      await files.write(replaced);
      return true;
    },
    list: async (tenantId, userId) => ofUser(tenantId, userId).map((session) => sessionSchema.parse(session)),
    end,
    [Symbol.asyncDispose]: files.settled,
  };
};
