/** The variables of a gateway that runs alone. Flags of main.ts come before them. */
import { z } from 'zod';
import { logLevels } from '#kernel/log.ts';
import { signatureAlgorithms } from './authentication/token-verifier.ts';
import { defaultOperationLimits } from './limits/operation-limits.ts';
import { defaultRequestRates } from './limits/request-rate.ts';
import { defaultStreamLimits } from './limits/stream-count.ts';

const positive = (byDefault: number) => z.coerce.number().int().positive().default(byDefault);

/** `a=b,c=d` -> { a: 'b', c: 'd' } */
const pairs = z.string().transform((text, context) => {
  const entries = text.split(',').map((pair) => pair.trim().split(/=(.*)/s, 2));
  const valid = entries.every(([name, url]) => name !== '' && url !== undefined && URL.canParse(url));
  if (!valid) context.addIssue('must be name=URL pairs, separated by commas');
  return Object.fromEntries(entries.map(([name = '', url = '']) => [name, url]));
});
const list = z.string().transform((text) => text.split(',').map((item) => item.trim()));

export const gatewayEnvironment = z.object({
  SUPERGRAPH_PATH: z
    .string()
    .optional()
    .describe('Supergraph SDL file; it is watched and reloaded. The flag --supergraph comes before it.'),
  SUBGRAPH_URLS: pairs
    .default({})
    .describe('URLs in place of those in the supergraph: `conversations=http://host:4001/graphql,usage=http://…`.'),
  NODE_ENV: z
    .enum(['development', 'production', 'test'])
    .default('development')
    .describe('In development the schema can be read without a token, and Apollo Sandbox may ask from its own origin.'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(4000)
    .describe('Port of HTTP and WebSocket; 0 takes a free one. The flag --port comes before it.'),
  LOG_LEVEL: z.enum(logLevels).default('info').describe('Least severe log line that is written (to stderr, as JSON).'),
  IDENTITY_SECRET: z
    .string()
    .min(32)
    .describe('Secret that gateway and rooms share, at least 32 characters: signs the identity tokens between them.'),
  OIDC_ISSUER: z
    .url()
    .describe('Issuer of the access tokens, exactly as in their `iss`; its keys are found by discovery.'),
  OIDC_AUDIENCE: z.string().default('parlance').describe('What the `aud` of access tokens must have.'),
  OIDC_JWKS_URI: z.url().optional().describe('Where the keys of the issuer are, when it has no discovery document.'),
  OIDC_ALGORITHMS: list
    .pipe(z.array(z.enum(signatureAlgorithms)))
    .default([...signatureAlgorithms])
    .describe('Signature algorithms that are accepted, separated by commas.'),
  OIDC_CLOCK_TOLERANCE_SECONDS: z.coerce
    .number()
    .nonnegative()
    .default(5)
    .describe('Seconds by which the clocks of issuer and gateway may differ.'),
  ALLOWED_ORIGINS: list
    .optional()
    .describe(
      'Origins whose web pages may ask, separated by commas; `*` is all. Not set: in development Apollo Studio and pages of this machine, else none.',
    ),
  REDIS_URL: z
    .string()
    .optional()
    .describe('Request rates are counted in this Redis, for all gateways together. Not set: in this process.'),
  SERVICE_START_TIMEOUT_MS: positive(10_000).describe(
    'Milliseconds after which a service that does not answer at the start is an error.',
  ),
  MAX_BODY_BYTES: positive(defaultOperationLimits.maxBodyBytes).describe(
    'Bytes of a request body or a WebSocket message.',
  ),
  MAX_TOKENS: positive(defaultOperationLimits.maxTokens).describe('Lexical tokens of an operation.'),
  MAX_DEPTH: positive(defaultOperationLimits.maxDepth).describe('Fields nested in one another.'),
  MAX_ALIASES: positive(defaultOperationLimits.maxAliases).describe('Aliases in an operation.'),
  MAX_COST: positive(defaultOperationLimits.maxCost).describe('Fields that the answer of an operation can hold.'),
  USER_BURST: positive(defaultRequestRates.perUser.capacity).describe('Operations that a user can send at once.'),
  USER_RATE: positive(defaultRequestRates.perUser.refillPerSecond).describe(
    'Operations that a user can send per second.',
  ),
  TENANT_BURST: positive(defaultRequestRates.perTenant.capacity).describe('Operations that a tenant can send at once.'),
  TENANT_RATE: positive(defaultRequestRates.perTenant.refillPerSecond).describe(
    'Operations that a tenant can send per second.',
  ),
  MAX_STREAMS_PER_USER: positive(defaultStreamLimits.perUser).describe(
    'Subscriptions of one user at once, per process.',
  ),
  MAX_STREAMS_PER_SOCKET: positive(defaultStreamLimits.perSocket).describe('Subscriptions on one socket at once.'),
  SUBGRAPH_TIMEOUT_MS: positive(10_000).describe('Milliseconds for one fetch from a subgraph.'),
  RESUME_TIMEOUT_MS: positive(30_000).describe(
    'Milliseconds that a resumable subscription waits for its subgraph to come back.',
  ),
});
export type GatewayEnvironment = z.infer<typeof gatewayEnvironment>;
