/** The variables of the sign-in of web pages. Without OIDC_CLIENT_ID there is none, and the others mean nothing. */
import { z } from 'zod';

const positive = (byDefault: number) => z.coerce.number().int().positive().default(byDefault);
const loopback: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost']);

const isLoopback = (hostname: string): boolean => loopback.has(hostname) || hostname.endsWith('.localhost');

const isOrigin = (text: string): boolean => {
  const url = new URL(text);
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
  return isSafe && url.pathname === '/' && url.search === '' && url.username === '';
};

export const signInEnvironment = {
  OIDC_CLIENT_ID: z
    .string()
    .optional()
    .describe(
      'Id of the client at OIDC_ISSUER with which people sign in on web pages; its redirect URI is PUBLIC_URL and `/auth/callback`. Not set: web pages cannot sign in.',
    ),
  OIDC_CLIENT_SECRET: z
    .string()
    .optional()
    .describe('Secret of that client. Not set: a public client, which PKCE protects.'),
  OIDC_SCOPE: z
    .string()
    .default('openid')
    .describe(
      'Scopes that a sign-in asks for, separated by spaces. Many issuers give out refresh tokens only for `offline_access`.',
    ),
  OIDC_SIGN_IN_PARAMETERS: z
    .string()
    .default('')
    .describe('Further parameters of a sign-in at the issuer, as a query string: `audience=https://api.example`.'),
  PUBLIC_URL: z
    .url()
    .refine((text) => URL.canParse(text) && isOrigin(text), 'must be https://host, or http:// at a loopback address')
    .optional()
    .describe(
      'Address of the gateway in a browser, an origin without a path. Sessions count only for its pages. Not set: the address that it listens on.',
    ),
  SESSION_IDLE_HOURS: positive(7 * 24).describe('Hours without use after which a session ends.'),
  SESSION_LIFETIME_HOURS: positive(30 * 24).describe('Hours after which a session ends however it is used.'),
  MAX_SESSIONS_PER_USER: positive(20).describe('Sessions of one user at once; beyond that the oldest one ends.'),
};
export type SignInConfig = z.infer<z.ZodObject<typeof signInEnvironment>>;

const hourMs = 3_600_000;

/** How long sessions last, and how many a user has. */
export interface SessionLimits {
  readonly idleMs: number;
  readonly lifetimeMs: number;
  readonly perUser: number;
}

export const sessionLimits = (config: SignInConfig): SessionLimits => ({
  idleMs: config.SESSION_IDLE_HOURS * hourMs,
  lifetimeMs: config.SESSION_LIFETIME_HOURS * hourMs,
  perUser: config.MAX_SESSIONS_PER_USER,
});
