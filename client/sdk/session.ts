/**
 * The token of the user: asked for once, shared by all requests, and asked for again before it expires or when the
 * server refuses it. Invariant: at most one question to the application at a time.
 */

/**
 * An API key or a token, or how to get one. The function is called again shortly before a token expires, and when the
 * server refuses what it gave: so it may read a key from where keys are rotated.
 */
export type Auth = string | (() => string | Promise<string>);

export interface Session {
  /** Rejects with what the application threw. */
  token(): Promise<string>;
  /** The server does not take this token: the next call gets another. False when there is no other to be had. */
  refuse(token: string): boolean;
}

/** Milliseconds before the expiry from which on a token is replaced; a fifth of its life where that is less. */
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

/** When to ask for the next one, in milliseconds since the epoch. A token that does not say when it ends is kept. */
const renewalOf = (token: string, now: number): number => {
  const { exp } = claimsOf(token);
  if (typeof exp !== 'number') return Number.POSITIVE_INFINITY;
  const left = exp * 1000 - now;
  return now + left - Math.min(renewBeforeMs, left / 5);
};

export const createSession = (auth: Auth): Session => {
  let held: { readonly token: string; readonly renewAt: number } | undefined;
  let asking: Promise<string> | undefined;

  const ask = async (get: () => string | Promise<string>): Promise<string> => {
    try {
      // Not in this turn, so that even what throws at once is over only after `asking` is set.
      const token = await Promise.resolve().then(get);
      held = { token, renewAt: renewalOf(token, Date.now()) };
      return token;
    } finally {
      asking = undefined;
    }
  };

  return {
    token() {
      if (typeof auth === 'string') return Promise.resolve(auth);
      if (held && Date.now() < held.renewAt) return Promise.resolve(held.token);
      asking ??= ask(auth);
      return asking;
    },
    refuse(token) {
      if (typeof auth === 'string') return false;
      if (held?.token === token) held = undefined;
      return true;
    },
  };
};
