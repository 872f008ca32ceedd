/**
 * The access tokens with which Parlance signs in to MCP servers by OAuth client credentials. Invariants: a token is
 * fetched before the request that needs it, and again before it expires; whoever needs one while it is fetched waits
 * for that fetch; the tokens that are kept are bounded in number.
 */
import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import type { McpCredentials } from '#contracts/mcp-credentials.ts';
import { createBoundedFetch } from './bounded-fetch.ts';
import { McpFault } from './mcp-fault.ts';

type ClientCredentials = Extract<McpCredentials, { kind: 'CLIENT_CREDENTIALS' }>;

export interface McpTokens {
  /** Undefined where the server needs none. Rejects with a McpFault. */
  find(credentials: McpCredentials): Promise<string | undefined>;
  /** After a refusal: the token is not used again. */
  forget(credentials: McpCredentials, token: string): void;
}

const keptTokens = 1_000;
const maxBytes = 64 * 1024;
const deadlineMs = 10_000;
/** Milliseconds before its end at which a token is replaced. */
const marginMs = 30_000;
/** Milliseconds that a token without a time is kept. */
const untimedMs = 60_000;

const responseSchema = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]{1,8192}$/),
  token_type: z.string().regex(/^bearer$/i),
  expires_in: z.coerce.number().positive().optional(),
});

interface KeptToken {
  readonly token: string;
  readonly usableUntil: number;
}

const keyOf = (credentials: ClientCredentials): string =>
  createHash('sha256').update(JSON.stringify(credentials)).digest('base64');

export const createMcpTokens = (dispatcher: Dispatcher): McpTokens => {
  const kept = new LRUCache<string, KeptToken>({ max: keptTokens });
  const fetching = new Map<string, Promise<KeptToken>>();

  const request = async ({ tokenUrl, clientId, clientSecret, scope }: ClientCredentials): Promise<KeptToken> => {
    const { fetch } = createBoundedFetch({ dispatcher, maxBytes, signal: AbortSignal.timeout(deadlineMs) });
    const basic = [clientId, clientSecret].map(encodeURIComponent).join(':');
    const body = new URLSearchParams({ grant_type: 'client_credentials', ...(scope ? { scope } : {}) });
    const asked = Date.now();
    try {
      const response = await fetch(tokenUrl, {
        method: 'POST',
        headers: {
          accept: 'application/json',
          authorization: `Basic ${Buffer.from(basic).toString('base64')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: body.toString(),
      });
      const text = await response.text();
      if (!response.ok) throw new McpFault('UNAUTHORIZED', `The token endpoint responded with ${response.status}.`);
      const { access_token: token, expires_in } = responseSchema.parse(JSON.parse(text));
      const lifetimeMs = expires_in === undefined ? untimedMs : expires_in * 1_000;
      return { token, usableUntil: asked + Math.max(lifetimeMs / 2, lifetimeMs - marginMs) };
    } catch (cause) {
      if (cause instanceof McpFault) throw cause;
      throw new McpFault('UNAUTHORIZED', 'The token endpoint gave no token.', { cause });
    }
  };

  return {
    async find(credentials) {
      if (credentials.kind === 'NONE') return undefined;
      if (credentials.kind === 'BEARER') return credentials.token;
      const key = keyOf(credentials);
      const known = kept.get(key);
      if (known !== undefined && known.usableUntil > Date.now()) return known.token;
      const fetched = fetching.get(key) ?? request(credentials).finally(() => fetching.delete(key));
      fetching.set(key, fetched);
      const fresh = await fetched;
      kept.set(key, fresh);
      return fresh.token;
    },
    forget(credentials, token) {
      if (credentials.kind !== 'CLIENT_CREDENTIALS') return;
      const key = keyOf(credentials);
      if (kept.get(key)?.token === token) kept.delete(key);
    },
  };
};
