/**
 * How requests show who the user is: with a token of the application, or with the session of a page that is signed in
 * at the gateway. Invariant: at most one request for a token to the application at a time; a refusal that nothing can
 * replace is reported once, until the user has signed in again.
 */

/**
 * An API key or a token, or a function that returns one. The function is called again shortly before a token expires,
 * and when the server refuses its result, so it may read a key from where keys are rotated. Or `cookieSession`.
 */
export type Auth = string | (() => string | Promise<string>) | CookieSession;

/** The session of a page of the gateway's own origin: the browser sends its cookie, which no script can read. */
export interface CookieSession {
  readonly kind: 'cookie';
}

/** For a page that the user signed in to at `/auth/sign-in` of the gateway that serves it. */
export const cookieSession: CookieSession = { kind: 'cookie' };

/** What a request shows. */
export interface Credential {
  readonly headers: Readonly<Record<string, string>>;
  /** What a WebSocket shows when it connects, where the browser does not show it by itself. */
  readonly connectionParams: Readonly<Record<string, string>> | undefined;
}

export interface Session {
  /** Rejects with the error that the application threw. */
  credential(): Promise<Credential>;
  /**
   * Reports that the server refused this credential, so that the next call gets another. Returns false when no other is
   * available.
   */
  refuse(credential: Credential): boolean;
  /** Whether another credential may be had after a refusal. */
  readonly isRenewable: boolean;
  /** The user has signed in again. */
  renew(): void;
}

/** Milliseconds before the expiry at which a token is replaced; a fifth of its life where that is less. */
const renewBeforeMs = 60_000;

const claimsOf = (token: string): Readonly<Record<string, unknown>> => {
  const [, payload = ''] = token.split('.');
  try {
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')));
    return typeof claims === 'object' && claims !== null ? { ...claims } : {};
  } catch {
    return {};
  }
};

/** When to request the next token, in milliseconds since the epoch. A token without an expiry is kept. */
const renewalOf = (token: string, now: number): number => {
  const { exp } = claimsOf(token);
  if (typeof exp !== 'number') return Number.POSITIVE_INFINITY;
  const left = exp * 1000 - now;
  return now + left - Math.min(renewBeforeMs, left / 5);
};

const bearer = (token: string): Credential => {
  const authorization = `Bearer ${token}`;
  return { headers: { authorization }, connectionParams: { authorization } };
};

/** The header distinguishes a request of the application from one that another site made the browser send. */
const ofPage: Credential = { headers: { 'x-parlance-session': '1' }, connectionParams: undefined };

/** Credentials that no request can replace. */
const createFixedSession = (credential: Credential, onRefused: () => void): Session => {
  let isRefused = false;
  return {
    credential: () => Promise.resolve(credential),
    isRenewable: false,
    refuse() {
      if (!isRefused) onRefused();
      isRefused = true;
      return false;
    },
    renew() {
      isRefused = false;
    },
  };
};

const createTokenSession = (get: () => string | Promise<string>): Session => {
  let held: { readonly credential: Credential; readonly renewAt: number } | undefined;
  let pending: Promise<Credential> | undefined;

  const request = async (): Promise<Credential> => {
    try {
      // In a later turn, so that `pending` is set before even a synchronous throw clears it.
      const token = await Promise.resolve().then(get);
      const credential = bearer(token);
      held = { credential, renewAt: renewalOf(token, Date.now()) };
      return credential;
    } finally {
      pending = undefined;
    }
  };
  return {
    isRenewable: true,
    credential() {
      if (held && Date.now() < held.renewAt) return Promise.resolve(held.credential);
      pending ??= request();
      return pending;
    },
    refuse({ headers }) {
      if (held?.credential.headers['authorization'] === headers['authorization']) held = undefined;
      return true;
    },
    renew() {
      held = undefined;
    },
  };
};

/** @param onSignedOut called once for a credential that is refused and cannot be replaced. */
export const createSession = (auth: Auth, onSignedOut: () => void = () => {}): Session => {
  if (typeof auth === 'function') return createTokenSession(auth);
  return createFixedSession(typeof auth === 'string' ? bearer(auth) : ofPage, onSignedOut);
};
