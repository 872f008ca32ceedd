/**
 * Sign-ins that are under way, each in a cookie of its own that only gateways can read and write. So tabs sign in
 * independently of each other, and strangers fill no memory of ours. Invariant: a browser has at most `mostPending`
 * of them, and each is of use for ten minutes.
 */
import { createSecretKey, hkdfSync } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { EncryptJWT, jwtDecrypt } from 'jose';
import { z } from 'zod';
import { type Cookies, readCookies } from './cookies.ts';

const pendingSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  /** Of PKCE (RFC 7636). */
  codeVerifier: z.string(),
  returnTo: z.string(),
  /** Milliseconds since the epoch. */
  begunAt: z.number(),
});
export type PendingSignIn = Omit<z.infer<typeof pendingSchema>, 'begunAt'>;

export interface PendingSignIns {
  keep(request: IncomingMessage, response: ServerResponse, pending: PendingSignIn): Promise<void>;
  /** Takes the sign-in with that state out of the browser; undefined when it has none. */
  take(request: IncomingMessage, response: ServerResponse, state: string): Promise<PendingSignIn | undefined>;
}

const mostPending = 4;
const pendingSeconds = 600;
/** Characters of a cookie; no longer one is ours. */
const longestCookie = 2500;
const encryption = 'A256GCM';
/** Characters of the state in the cookie's name. */
const nameLength = 12;

/** @param secret shared by all gateways. */
export const createPendingSignIns = (secret: string, cookies: Cookies): PendingSignIns => {
  const key = createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', 'parlance pending sign-in', 32)));

  const read = async (value: string): Promise<z.infer<typeof pendingSchema> | undefined> => {
    if (value.length > longestCookie) return undefined;
    const options = { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: [encryption] };
    const opened = await jwtDecrypt(value, key, options).catch(() => undefined);
    return pendingSchema.safeParse(opened?.payload).data;
  };
  const pendingOf = (request: IncomingMessage): (readonly [string, string])[] =>
    [...readCookies(request)].filter(([name]) => name.startsWith(cookies.pending));

  return {
    async keep(request, response, pending) {
      const others = await Promise.all(
        pendingOf(request).map(async ([name, value]) => ({ name, begunAt: (await read(value))?.begunAt ?? 0 })),
      );
      // Browsers send the latest cookie last.
      const tooMany = others
        .reverse()
        .sort((one, other) => other.begunAt - one.begunAt)
        .slice(mostPending - 1);
      for (const { name } of tooMany) cookies.clear(response, name);
      const value = await new EncryptJWT({ ...pending, begunAt: Date.now() })
        .setProtectedHeader({ alg: 'dir', enc: encryption })
        .setExpirationTime(`${pendingSeconds}s`)
        .encrypt(key);
      const name = `${cookies.pending}${pending.state.slice(0, nameLength)}`;
      cookies.set(response, name, { value, maxAgeSeconds: pendingSeconds });
    },
    async take(request, response, state) {
      const name = `${cookies.pending}${state.slice(0, nameLength)}`;
      const value = readCookies(request).get(name);
      if (value === undefined) return undefined;
      cookies.clear(response, name);
      const pending = await read(value);
      return pending?.state === state ? pending : undefined;
    },
  };
};
