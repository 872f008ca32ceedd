/**
 * A session that this process knows: its tokens, its user, and the callbacks of everything that runs with it. Streams
 * survive a refresh, because the user lasts as long as the session. Invariant: when a refresh brings other rights, what
 * runs with the former ones ends.
 */
import { isDeepStrictEqual } from 'node:util';
import { AppError } from '#kernel/errors.ts';
import type { StoredSession } from '#kernel/sessions/sessions.ts';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';
import type { SessionTokens } from './session-secret.ts';

export const sessionOver = (cause?: unknown): AppError =>
  new AppError('UNAUTHENTICATED', 'The session has ended. Sign in again.', { cause });
export const isOver = (fault: unknown): fault is AppError =>
  fault instanceof AppError && fault.code === 'UNAUTHENTICATED';
const rightsChanged = (): AppError => new AppError('UNAUTHENTICATED', 'Your rights were changed. Connect again.');

export interface LiveSession {
  readonly stored: StoredSession;
  readonly secret: string;
  /** The latest known. */
  tokens: SessionTokens;
  version: number;
  /** Tokens that the issuer gave out and the store did not take yet. */
  unstored: SessionTokens | undefined;
  /** When the store last confirmed the session, in milliseconds since the epoch, as are the others. */
  confirmedAt: number;
  /** Before that the issuer is not asked again. */
  retryAt: number;
  failures: number;
  readonly user: AuthenticatedUser;
  /** Takes over newer tokens. */
  adopt(tokens: SessionTokens, version: number): void;
  /** Ends everything that runs with the session, for good. */
  end(reason: AppError): void;
  /** Ends everything that runs with the session now. */
  interrupt(reason: AppError): void;
}

type Callback = (reason: AppError) => void;

export interface LiveSessionOptions {
  readonly stored: StoredSession;
  readonly tokens: SessionTokens;
  readonly secret: string;
  /** Sessions with which something runs, by id. The session adds and removes itself. */
  readonly held: Map<string, LiveSession>;
}

export const createLiveSession = ({ stored, tokens, secret, held }: LiveSessionOptions): LiveSession => {
  const callbacks = new Set<Callback>();
  let ended: AppError | undefined;

  const userOf = ({ identity }: SessionTokens): AuthenticatedUser => ({
    identity: { ...identity, sessionId: stored.id },
    expiresAt: stored.endsAt,
    onRevoked(callback) {
      const reason = ended ?? (live.tokens.identity === identity ? undefined : rightsChanged());
      if (reason) queueMicrotask(() => callback(reason));
      else {
        callbacks.add(callback);
        held.set(stored.id, live);
      }
      return () => {
        callbacks.delete(callback);
        if (callbacks.size === 0 && held.get(stored.id) === live) held.delete(stored.id);
      };
    },
  });
  const notify = (reason: AppError): void => {
    const notified = [...callbacks];
    callbacks.clear();
    if (held.get(stored.id) === live) held.delete(stored.id);
    for (const callback of notified) callback(reason);
  };

  let user = userOf(tokens);
  const live: LiveSession = {
    stored,
    secret,
    tokens,
    version: stored.version,
    unstored: undefined,
    confirmedAt: Date.now(),
    retryAt: 0,
    failures: 0,
    get user() {
      return user;
    },
    adopt(newer, version) {
      const { identity } = live.tokens;
      live.version = version;
      live.tokens = { ...newer, identity };
      if (isDeepStrictEqual(newer.identity, identity)) return;
      live.tokens = newer;
      user = userOf(newer);
      notify(rightsChanged());
    },
    end(reason) {
      ended = reason;
      notify(reason);
    },
    interrupt: notify,
  };
  return live;
};
