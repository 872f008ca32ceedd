/**
 * Authenticator for the secrets of sessions. A session that was found counts for some seconds without another look at
 * the store; its end arrives at once by signal. While a stream runs with a session, its tokens are renewed before they
 * expire, and the session counts as used. While the issuer is away, a session works for `graceMs` beyond its access
 * token. Invariant: after its end was announced, nothing makes a session valid again.
 */
import { LRUCache } from 'lru-cache';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { type Sessions, sessionEndedTopic } from '#kernel/sessions/sessions.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import type { Authenticator } from '../authentication/authenticator.ts';
import { createLiveSession, isOver, type LiveSession, sessionOver } from './live-session.ts';
import type { RenewSession } from './renew-session.ts';
import { isSecret, openTokens, sessionIdOf } from './session-secret.ts';
import { watchSessions } from './watch-sessions.ts';

export interface SessionAuthenticatorOptions {
  readonly sessions: Sessions;
  readonly signals: Signals;
  readonly renew: RenewSession;
  readonly logger: Logger;
  /** Milliseconds between two looks at the sessions with which something runs. Default 2,000. */
  readonly watchEveryMs?: number;
  /** Milliseconds for which a session counts without another look at the store. Default 10,000. */
  readonly confirmEveryMs?: number;
}

/** Sessions known per process, and characters of their tokens, sealed and open. */
const [mostKnown, mostCharacters] = [10_000, 64 * 1024 * 1024];
const sizeOf = ({ stored: { tokens } }: LiveSession): number => 2 * tokens.length;
/** Ids of ended sessions that are remembered. */
const mostEnded = 50_000;
/** Milliseconds for which a known session counts while the store is away. */
const unconfirmedMs = 5 * 60_000;
/** Milliseconds for which an access token counts beyond its end while the issuer is away. */
const graceMs = 5 * 60_000;
/** Milliseconds before its end at which an access token is renewed, or a quarter of its life where that is less. */
const renewBeforeMs = 60_000;

const isDue = ({ unstored, tokens: { expiresAt, receivedAt } }: LiveSession): boolean =>
  unstored !== undefined || Date.now() >= expiresAt - Math.min(renewBeforeMs, (expiresAt - receivedAt) / 4);

const away = (cause: unknown): AppError =>
  new AppError('OVERLOADED', 'The sign-in service cannot be reached. Try again shortly.', {
    cause,
    retryAfterMs: 2000,
  });

export const openSessionAuthenticator = async (options: SessionAuthenticatorOptions): Promise<Authenticator> => {
  const { sessions, signals, renew, logger, watchEveryMs = 2_000, confirmEveryMs = 10_000 } = options;
  const known = new LRUCache<string, LiveSession>({ max: mostKnown, maxSize: mostCharacters, sizeCalculation: sizeOf });
  /** Sessions with which something runs, even when they are no longer among the known ones. */
  const held = new Map<string, LiveSession>();
  const ended = new LRUCache<string, true>({ max: mostEnded });
  const asking = new Map<string, Promise<LiveSession>>();

  const end = (id: string, reason: AppError): void => {
    ended.set(id, true);
    const live = known.get(id) ?? held.get(id);
    known.delete(id);
    live?.end(reason);
  };
  /** Undefined while the store is away and the session was confirmed not long ago. */
  const read = async (id: string, live: LiveSession | undefined) => {
    try {
      return { stored: await sessions.use(id) };
    } catch (cause) {
      if (live && Date.now() - live.confirmedAt < unconfirmedMs) return undefined;
      throw new AppError('OVERLOADED', 'Sessions cannot be read at the moment. Try again shortly.', {
        cause,
        retryAfterMs: 1000,
      });
    }
  };
  const look = async (id: string, secret: string): Promise<LiveSession> => {
    const before = known.get(id) ?? held.get(id);
    const found = await read(id, before);
    if (!found && before && !ended.has(id)) return before;
    const stored = found?.stored;
    const tokens = stored && openTokens(stored.tokens, secret);
    if (!stored || !tokens || ended.has(id)) {
      end(id, sessionOver());
      throw sessionOver();
    }
    const live = known.get(id) ?? held.get(id) ?? createLiveSession({ stored, tokens, secret, held });
    if (stored.version > live.version) live.adopt(tokens, stored.version);
    live.confirmedAt = Date.now();
    known.set(id, live);
    return live;
  };
  const confirm = (id: string, secret: string): Promise<LiveSession> => {
    const pending = asking.get(id);
    if (pending) return pending;
    const asked = look(id, secret).finally(() => asking.delete(id));
    asking.set(id, asked);
    return asked;
  };
  const renewed = async (live: LiveSession): Promise<void> => {
    try {
      await renew(live);
    } catch (fault) {
      if (isOver(fault)) end(live.stored.id, fault);
      throw fault;
    }
  };
  /** Resolves when the session can be used. */
  const ensureFresh = async (live: LiveSession): Promise<void> => {
    if (!isDue(live)) return;
    const renewing = renewed(live);
    if (Date.now() < live.tokens.expiresAt) {
      // Not waited for; its faults are logged there.
      renewing.catch(() => undefined);
      return;
    }
    await renewing.catch((fault: unknown) => {
      if (isOver(fault)) throw fault;
      if (Date.now() >= live.tokens.expiresAt + graceMs) throw away(fault);
    });
  };

  const watch = watchSessions({
    all: () => [...held.values()],
    async look(live) {
      const { id } = live.stored;
      if (Date.now() - live.confirmedAt >= confirmEveryMs) await confirm(id, live.secret);
      if (held.get(id) === live) await ensureFresh(live);
    },
    everyMs: watchEveryMs,
    logger,
  });
  const close = await signals.subscribe(sessionEndedTopic, (id) => {
    if (typeof id === 'string') end(id, sessionOver());
  });

  return {
    async authenticate(secret) {
      if (!isSecret(secret)) throw sessionOver();
      const id = sessionIdOf(secret);
      if (ended.has(id)) throw sessionOver();
      const found = known.get(id) ?? held.get(id);
      const isConfirmed = found && Date.now() - found.confirmedAt < confirmEveryMs;
      const live = isConfirmed ? found : await confirm(id, secret);
      await ensureFresh(live);
      return live.user;
    },
    ready: async () => {},
    async [Symbol.asyncDispose]() {
      await watch[Symbol.asyncDispose]();
      await close();
    },
  };
};
