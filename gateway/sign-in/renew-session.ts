/**
 * Refreshes the tokens of a session. Issuers that rotate refresh tokens revoke the whole sign-in when one is used
 * twice, so one process at a time refreshes, and all others take over what it got. Invariants: a refresh token is sent
 * once; only the issuer's word that it is not valid any more ends the session.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { Sessions } from '#kernel/sessions/sessions.ts';
import type { AuthenticatedUser } from '../authentication/authenticator.ts';
import type { IssuerClient, ReceivedTokens } from './issuer-client.ts';
import { IssuerFault } from './issuer-fault.ts';
import { isOver, type LiveSession, sessionOver } from './live-session.ts';
import { openTokens, type SessionTokens, sealTokens } from './session-secret.ts';

/** Verifies an access token. Throws as an authenticator does. */
export type VerifyToken = (accessToken: string) => Promise<AuthenticatedUser>;

export interface RenewalOptions {
  readonly sessions: Sessions;
  readonly issuer: Pick<IssuerClient, 'refresh'>;
  readonly verify: VerifyToken;
  /** Ends the waiting for others. */
  readonly closing: AbortSignal;
  readonly logger: Logger;
}

/** Longer than a request to the issuer can take, with the discovery before it. */
const turnMs = 20_000;
/** Milliseconds between two looks at the turn of another process. */
const lookEveryMs = 150;
/** Milliseconds after a failure before the issuer is asked again, doubled with each failure up to the second. */
const [firstRetryMs, lastRetryMs] = [1_000, 30_000];
/** Characters of all tokens together. */
const longestTokens = 32 * 1024;

/** Throws as `verify` does, and when the tokens are too long to keep. */
export const sessionTokensOf = async (received: ReceivedTokens, verify: VerifyToken): Promise<SessionTokens> => {
  const { access_token: accessToken, refresh_token: refreshToken, id_token: idToken } = received;
  const { identity, expiresAt } = await verify(accessToken);
  const tokens = { accessToken, expiresAt, receivedAt: Date.now(), refreshToken, idToken, identity };
  if (JSON.stringify(tokens).length <= longestTokens) return tokens;
  throw new AppError('UNAUTHENTICATED', 'The tokens of the sign-in service are too long. Ask its administrator.');
};

/** Resolves when the tokens are fresh. Throws UNAUTHENTICATED when the session has ended, else an IssuerFault. */
export type RenewSession = (live: LiveSession) => Promise<void>;

export const createRenewal = ({ sessions, issuer, verify, closing, logger }: RenewalOptions): RenewSession => {
  const running = new Map<LiveSession, Promise<void>>();

  const adoptLatest = async (live: LiveSession): Promise<void> => {
    const latest = await sessions.find(live.stored.id);
    const tokens = latest && openTokens(latest.tokens, live.secret);
    if (!tokens) throw sessionOver();
    if (latest.version !== live.version) live.adopt(tokens, latest.version);
  };
  const endSession = async (live: LiveSession, cause: unknown): Promise<never> => {
    await sessions.end(live.stored);
    throw sessionOver(cause);
  };
  const exchange = async (live: LiveSession): Promise<SessionTokens> => {
    const { refreshToken, idToken, identity } = live.tokens;
    if (refreshToken === undefined) return endSession(live, new Error('the issuer gave no refresh token'));
    const received = await issuer.refresh(refreshToken);
    // What the issuer does not replace stays valid (RFC 6749, 6).
    const former = { refresh_token: refreshToken, ...(idToken === undefined ? {} : { id_token: idToken }) };
    const tokens = await sessionTokensOf({ ...former, ...received }, verify);
    const { tenantId, userId } = tokens.identity;
    if (tenantId === identity.tenantId && userId === identity.userId) return tokens;
    return endSession(live, new Error('the issuer gave out tokens of somebody else'));
  };
  const refused = async (live: LiveSession, fault: IssuerFault): Promise<void> => {
    const { version } = live;
    await adoptLatest(live);
    if (live.version === version) await endSession(live, fault);
  };
  const store = async (live: LiveSession, tokens: SessionTokens): Promise<void> => {
    // The old refresh token is used up: until the store takes the new ones, this process alone has them.
    live.unstored = tokens;
    const { version } = live;
    live.adopt(tokens, version);
    const isStored = await sessions.replaceTokens(live.stored.id, version, sealTokens(tokens, live.secret));
    live.unstored = undefined;
    if (isStored) live.version = version + 1;
    else await adoptLatest(live);
  };
  const refresh = async (live: LiveSession): Promise<void> => {
    let tokens: SessionTokens;
    try {
      tokens = await exchange(live);
    } catch (fault) {
      if (fault instanceof IssuerFault && fault.kind === 'refused') return refused(live, fault);
      await sessions.giveBackRefresh(live.stored.id, live.version);
      throw fault;
    }
    await store(live, tokens);
  };
  const takeTurn = async (live: LiveSession): Promise<void> => {
    if (live.unstored) return store(live, live.unstored);
    const until = Date.now() + turnMs;
    for (;;) {
      const turn = await sessions.takeRefresh(live.stored.id, live.version, turnMs);
      if (turn === 'taken') return refresh(live);
      if (turn === 'ended') throw sessionOver();
      if (turn === 'replaced') return adoptLatest(live);
      if (Date.now() >= until) throw new IssuerFault('away', new Error('another process waits for it for too long'));
      await pause(lookEveryMs, undefined, { signal: closing });
    }
  };
  const renew = async (live: LiveSession): Promise<void> => {
    if (Date.now() < live.retryAt) throw new IssuerFault('away', new Error('it failed a moment ago'));
    try {
      await takeTurn(live);
      live.failures = 0;
    } catch (fault) {
      if (isOver(fault)) throw fault;
      live.retryAt = Date.now() + Math.min(lastRetryMs, firstRetryMs * 2 ** live.failures);
      live.failures = Math.min(live.failures + 1, 10);
      logger.warn({ err: fault, session: live.stored.id }, 'the tokens of a session cannot be refreshed');
      throw fault;
    }
  };

  return (live) => {
    const pending = running.get(live);
    if (pending) return pending;
    const mine = renew(live).finally(() => running.delete(live));
    running.set(live, mine);
    return mine;
  };
};
