/**
 * What a subgraph needs to open, and how one runs alone as a process: read the environment, open database and ports,
 * open the subgraph, wait for the signal, close in reverse order. The standalone opens the same subgraphs in one
 * process with one database.
 */
import { z } from 'zod';
import { type AccessList, openAccessList } from '../access/access-list.ts';
import { claimMapping, claimsEnvironment } from '../access-tokens/claims-environment.ts';
import { createOidcAuthenticator, type OidcAuthenticator } from '../access-tokens/oidc-authenticator.ts';
import { EnvironmentError, parseEnvironment } from '../config/environment.ts';
import type { StoreWatch } from '../connections/store-watch.ts';
import type { Database, TableSet } from '../database/database.ts';
import { databaseEnvironment, openDatabase, watchDatabase } from '../database/open-database.ts';
import { createIdentitySigner, createIdentityVerifier, type SignIdentity, type VerifyIdentity } from '../identity.ts';
import { createLogger, type Logger, logLevels } from '../log.ts';
import { openPorts, type Ports, portsEnvironment } from '../ports.ts';
import { runUntilSignal } from '../process/shutdown.ts';
import { openTelemetry, telemetryEnvironment } from '../telemetry/telemetry.ts';

/** Variables of every subgraph process. */
export const subgraphEnvironment = {
  ...portsEnvironment,
  ...databaseEnvironment,
  ...telemetryEnvironment,
  NODE_ENV: z
    .enum(['development', 'production', 'test'])
    .default('development')
    .describe('In production the URLs of PostgreSQL, Redis and RabbitMQ must be set, and nothing is seeded.'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(0).describe('Port to listen on; 0 takes a free one.'),
  LOG_LEVEL: z.enum(logLevels).default('info').describe('Least severe log line that is written (to stderr, as JSON).'),
  IDENTITY_SECRET: z
    .string()
    .min(32)
    .describe(
      'Secret that gateway and subgraphs share, at least 32 characters: signs the identity tokens between them.',
    ),
  IDENTITY_SECRET_SECOND: z
    .string()
    .min(32)
    .optional()
    .describe(
      'A second secret, at least 32 characters: identity tokens that are signed with it are accepted too. For replacing IDENTITY_SECRET without an interruption.',
    ),
  OIDC_ISSUER: z
    .url()
    .optional()
    .describe(
      'Issuer of access tokens that are accepted from a router of another make, exactly as in their `iss`. Not set: only the identity tokens of the gateway are.',
    ),
  OIDC_AUDIENCE: z.string().default('parlance').describe('Audience that the `aud` of access tokens must contain.'),
  OIDC_JWKS_URI: z.url().optional().describe("URL of the issuer's keys, when it has no discovery document."),
  ...claimsEnvironment,
};

/** Everything that is open before a subgraph opens. The subgraph closes none of it. */
export interface SubgraphServices {
  readonly database: Database;
  /** One per process, however many services it runs. */
  readonly databaseWatch: StoreWatch;
  readonly ports: Ports;
  readonly signIdentity: SignIdentity;
  readonly verifyIdentity: VerifyIdentity;
  /** Verifies the access tokens of users, for routers of another make. Undefined: they are refused. */
  readonly accessTokens?: OidcAuthenticator | undefined;
  readonly access: AccessList;
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  readonly logger: Logger;
}

/** An open subgraph. */
export interface OpenSubgraph extends AsyncDisposable {
  /** The subgraph's address, `http://host:port/graphql`. */
  readonly url: string;
}

const baseConfig = z.object(subgraphEnvironment);
type BaseConfig = z.infer<typeof baseConfig>;

/**
 * The embedded defaults are for one process: two subgraphs on them would share nothing, and two replicas would ruin
 * each other's files.
 */
const requireServices = (config: BaseConfig): void => {
  const missing = (['DATABASE_URL', 'REDIS_URL', 'RABBITMQ_URL'] as const).filter((name) => config[name] === undefined);
  if (config.NODE_ENV !== 'production' || missing.length === 0) return;
  throw new EnvironmentError(
    `In production a subgraph needs services of its own, so these must be set: ${missing.join(', ')}.`,
  );
};

const openAccessTokens = (
  config: BaseConfig,
  logger: Logger,
  opened: AsyncDisposableStack,
): OidcAuthenticator | undefined => {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OIDC_JWKS_URI: jwksUri } = config;
  if (issuer === undefined) return undefined;
  const claims = claimMapping(config);
  return opened.use(createOidcAuthenticator({ issuer, audience, jwksUri, claims, logger }));
};

/** The main function of a subgraph process. Exits by itself. */
export const runSubgraph = async <Config extends BaseConfig>(options: {
  readonly name: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly shape: z.ZodType<Config>;
  readonly schema: TableSet;
  readonly open: (services: SubgraphServices, config: Config) => Promise<OpenSubgraph>;
}): Promise<void> => {
  let logger = createLogger(options.name, 'info');
  await runUntilSignal(
    options.name,
    () => logger,
    async () => {
      const config = parseEnvironment(options.shape, options.environment);
      logger = createLogger(options.name, config.LOG_LEVEL);
      requireServices(config);
      await using opened = new AsyncDisposableStack();
      opened.use(await openTelemetry(config, options.name, logger));
      const [database, ports] = await Promise.all([
        openDatabase(config, [options.schema]).then((opening) => opened.use(opening)),
        openPorts(config, logger, true).then((opening) => opened.use(opening)),
      ]);
      const services: SubgraphServices = {
        database,
        databaseWatch: opened.use(watchDatabase(database, logger)),
        ports,
        signIdentity: createIdentitySigner(config.IDENTITY_SECRET),
        verifyIdentity: createIdentityVerifier(
          ...[config.IDENTITY_SECRET, config.IDENTITY_SECRET_SECOND].filter((secret) => secret !== undefined),
        ),
        accessTokens: openAccessTokens(config, logger, opened),
        access: opened.use(await openAccessList(ports, logger)),
        host: config.HOST,
        port: config.PORT,
        logger,
      };
      const service = opened.use(await options.open(services, config));
      logger.info({ url: service.url }, `${options.name}: ready`);
      return opened.move();
    },
  );
};
