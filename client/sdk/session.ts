/**
 * The token of the user: requested once, shared by all requests, and requested again before it expires or when the
 * server refuses it. Invariant: at most one request to the application at a time.
 */

/**
 * An API key or a token, or a function that returns one. The function is called again shortly before a token expires,
 * and when the server refuses its result, so it may read a key from where keys are rotated.
 */
export type Auth = string | (() => string | Promise<string>);

export interface Session {
  /** Rejects with the error that the application threw. */
  token(): Promise<string>;
  /**
   * Reports that the server refused this token, so that the next call gets another. Returns false when no other is
   * available.
   */
  refuse(token: string): boolean;
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

export const createSession = (auth: Auth): Session => {
  let held: { readonly token: string; readonly renewAt: number } | undefined;
  let pending: Promise<string> | undefined;

  const request = async (get: () => string | Promise<string>): Promise<string> => {
    try {
      // In a later turn, so that `pending` is set before even a synchronous throw clears it.
      const token = await Promise.resolve().then(get);
      held = { token, renewAt: renewalOf(token, Date.now()) };
      return token;
    } finally {
      pending = undefined;
    }
  };

  return {
    token() {
      if (typeof auth === 'string') return Promise.resolve(auth);
      if (held && Date.now() < held.renewAt) return Promise.resolve(held.token);
      pending ??= request(auth);
      return pending;
    },
    refuse(token) {
      if (typeof auth === 'string') return false;
      if (held?.token === token) held = undefined;
      return true;
    },
  };
};
