/**
 * Port: the sessions of signed-in browsers. Adapters: embedded-sessions.ts (this process and its data directory) and
 * redis-sessions.ts (all processes). A session is found by its id, which is derived from the secret in the browser's
 * cookie and gives nothing away about it; its tokens are stored as the caller has sealed them. Invariants: tokens are
 * only replaced by somebody who has read the latest ones; a session that has ended is never found again.
 */
import { z } from 'zod';

export const sessionSchema = z.object({
  /** UUID, shown to the user. */
  id: z.uuid(),
  tenantId: z.uuid(),
  userId: z.uuid(),
  /** Milliseconds since the epoch, as are all instants here. */
  createdAt: z.number(),
  /** Accurate to a minute. */
  lastUsedAt: z.number(),
  /** When it ends however much it is used. */
  endsAt: z.number(),
  /** Milliseconds without use after which it ends. */
  idleMs: z.number().positive(),
  /** Of the sign-in, as the browser sent it. */
  userAgent: z.string(),
  /** Of the sign-in. */
  address: z.string(),
});
export type Session = z.infer<typeof sessionSchema>;

/** What ends a session. */
export type SessionKey = Pick<Session, 'id' | 'tenantId' | 'userId'>;

export interface StoredSession extends Session {
  /** Opaque here. */
  readonly tokens: string;
  /** Counts the replacements of the tokens. */
  readonly version: number;
}

/** Published with the id of a session that has ended. */
export const sessionEndedTopic = 'session.ended';

/** Milliseconds for which `lastUsedAt` is left as it is. */
export const touchEveryMs = 60_000;

/**
 * Whether the caller may refresh the tokens of a session. `taken`: yes, nobody else does until the turn is over;
 * `busy`: somebody else does; `replaced`: the version is not the latest; `ended`: there is no such session.
 */
export type RefreshTurn = 'taken' | 'busy' | 'replaced' | 'ended';

export interface Sessions extends AsyncDisposable {
  /** Stores a session and ends the oldest ones of its user beyond `mostOfUser`. */
  create(session: Session, tokens: string, mostOfUser: number): Promise<void>;
  /** Returns the session and notes its use, or undefined when it has ended or never was. */
  use(id: string): Promise<StoredSession | undefined>;
  /** As `use`, without noting anything. */
  find(id: string): Promise<StoredSession | undefined>;
  /** @param turnMs after which the turn is over, whatever became of the caller. */
  takeRefresh(id: string, version: number, turnMs: number): Promise<RefreshTurn>;
  /** Gives a turn back without new tokens. */
  giveBackRefresh(id: string, version: number): Promise<void>;
  /** Replaces the tokens of that version, and ends the turn. Returns false when they are not the latest any more. */
  replaceTokens(id: string, version: number, tokens: string): Promise<boolean>;
  /** The sessions of a user, newest first. */
  list(tenantId: string, userId: string): Promise<readonly Session[]>;
  /** Ends a session and announces it as `sessionEndedTopic`. Does nothing when it has ended. */
  end(session: SessionKey): Promise<void>;
}

/** When the session ends unless it is used again. */
export const expiryOf = ({ lastUsedAt, idleMs, endsAt }: Session): number => Math.min(lastUsedAt + idleMs, endsAt);
