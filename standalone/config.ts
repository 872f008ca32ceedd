/** The environment of the standalone: that of every service, with defaults that need nothing. */
import { z } from 'zod';
import { claimsEnvironment } from '#kernel/access-tokens/claims-environment.ts';
import { parseEnvironment } from '#kernel/config/environment.ts';
import { databaseEnvironment } from '#kernel/database/open-database.ts';
import { logLevels } from '#kernel/log.ts';
import { portsEnvironment } from '#kernel/ports.ts';
import { telemetryEnvironment } from '#kernel/telemetry/telemetry.ts';
import { gatewayLimitsEnvironment } from '../gateway/config.ts';
import { signInEnvironment } from '../gateway/sign-in/session-config.ts';
import { ingestionEnvironment, modelsEnvironment } from '../inference-workers/config.ts';
import { conversationsEnvironment } from '../subgraphs/conversations/config.ts';
import { knowledgeEnvironment } from '../subgraphs/knowledge/config.ts';
import { usageOwnEnvironment } from '../subgraphs/usage/config.ts';
import { programEnvironment } from './issuer/config.ts';

/** Here the development issuer decides about seeds, not SEED_DEVELOPMENT. */
const { SEED_DEVELOPMENT: _, ...reservations } = usageOwnEnvironment;

const loopback: readonly string[] = ['127.0.0.1', '::1', 'localhost'];

export const standaloneEnvironment = z
  .object({
    ...portsEnvironment,
    ...databaseEnvironment,
    ...telemetryEnvironment,
    ...gatewayLimitsEnvironment,
    ...claimsEnvironment,
    ...signInEnvironment,
    ...modelsEnvironment,
    ...ingestionEnvironment,
    ...conversationsEnvironment,
    ...knowledgeEnvironment,
    ...reservations,
    ...programEnvironment,
    NODE_ENV: z
      .enum(['development', 'production', 'test'])
      .default('development')
      .describe('In production OIDC_ISSUER must be set.'),
    HOST: z
      .string()
      .default('127.0.0.1')
      .describe('Address to listen on. Without OIDC_ISSUER it must be a loopback address.'),
    PORT: z.coerce
      .number()
      .int()
      .min(0)
      .max(65_535)
      .default(4000)
      .describe('Port of GraphQL and of all pages; 0 takes a free one.'),
    LOG_LEVEL: z
      .enum(logLevels)
      .default('warn')
      .describe('Least severe log line that is written (to stderr, as JSON).'),
    OIDC_ISSUER: z
      .url()
      .optional()
      .describe('Issuer of access tokens. Not set: the development issuer, for loopback only.'),
    OIDC_AUDIENCE: z.string().default('parlance').describe('Audience that the `aud` of access tokens must contain.'),
    OIDC_CLIENT_ID: signInEnvironment.OIDC_CLIENT_ID.describe(
      'Id of the client at OIDC_ISSUER with which people sign in on web pages; its redirect URI is PUBLIC_URL and `/auth/callback`. It means nothing without OIDC_ISSUER, where web pages sign in at the development issuer. Not set: web pages cannot sign in at OIDC_ISSUER.',
    ),
    ACCESS_TOKEN_SECONDS: z.coerce
      .number()
      .int()
      .positive()
      .default(600)
      .describe('Seconds for which access tokens of the development issuer for web pages are valid.'),
    WORKER_CONCURRENCY: z.coerce.number().int().min(1).default(64).describe('Generations at once in each pool.'),
    SHUTDOWN_GRACE_MS: z.coerce
      .number()
      .int()
      .min(0)
      .default(20_000)
      .describe('Milliseconds that running generations get to finish.'),
  })
  .refine(({ NODE_ENV, OIDC_ISSUER }) => NODE_ENV !== 'production' || OIDC_ISSUER !== undefined, {
    path: ['OIDC_ISSUER'],
    message: 'must be set in production',
  })
  .refine(
    ({ NODE_ENV, OIDC_CLIENT_ID, PUBLIC_URL }) =>
      NODE_ENV !== 'production' || OIDC_CLIENT_ID === undefined || PUBLIC_URL !== undefined,
    { path: ['PUBLIC_URL'], message: 'must be set with OIDC_CLIENT_ID: people return to it from the issuer' },
  )
  .refine(({ HOST, OIDC_ISSUER }) => OIDC_ISSUER !== undefined || loopback.includes(HOST), {
    path: ['HOST'],
    message: 'must be a loopback address unless OIDC_ISSUER is set: the development issuer trusts everybody',
  });
export type StandaloneConfig = z.infer<typeof standaloneEnvironment>;

/** Throws EnvironmentError with all faults. */
export const readStandaloneConfig = (environment: Readonly<Record<string, string | undefined>>): StandaloneConfig =>
  parseEnvironment(standaloneEnvironment, environment);
