/**
 * Every service in one process: the same subgraphs, worker and gateway as in a cluster, on one database and one set of
 * ports, talking over loopback. Closing goes against the stream: gateway, worker (drained), subgraphs, ports, database.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openAccessList } from '#kernel/access/access-list.ts';
import { readModelsFile } from '#kernel/catalogue/models-file.ts';
import { openDatabase, watchDatabase } from '#kernel/database/open-database.ts';
import { createEmbedders } from '#kernel/embedding/embedders.ts';
import { createIdentitySigner, createIdentityVerifier } from '#kernel/identity.ts';
import type { Logger } from '#kernel/log.ts';
import { openPorts } from '#kernel/ports.ts';
import type { SubgraphServices } from '#kernel/subgraph-server/run-subgraph.ts';
import { openTelemetry } from '#kernel/telemetry/telemetry.ts';
import { openWithApiKeys } from '../gateway/authentication/with-api-keys.ts';
import { gatewayLimits } from '../gateway/config.ts';
import { createGateway, type Gateway } from '../gateway/gateway.ts';
import { mountBlobs } from '../gateway/http/mount-blobs.ts';
import { openSharedPages } from '../gateway/shared-pages/shared-pages.ts';
import { openSite } from '../gateway/site/site.ts';
import { conversationsTables } from '../subgraphs/conversations/entities.ts';
import { knowledgeTables } from '../subgraphs/knowledge/entities.ts';
import { modelsTables } from '../subgraphs/models/entities.ts';
import { safetyTables } from '../subgraphs/safety/entities.ts';
import { seedDevelopment } from '../subgraphs/usage/accounts/seed-development.ts';
import { usageTables } from '../subgraphs/usage/entities.ts';
import type { StandaloneConfig } from './config.ts';
import { lockDataDirectory } from './data-lock.ts';
import { openSealer } from './open-sealer.ts';
import { openSubgraphs } from './open-subgraphs.ts';
import { openTokenIssuer } from './open-token-issuer.ts';
import { openWebSignIn } from './open-web-sign-in.ts';
import { openWorkers } from './open-workers.ts';

export interface Standalone extends AsyncDisposable {
  /** GraphQL over HTTP; the same with ws: for WebSocket. */
  readonly url: string;
  readonly pages: Gateway['pages'];
  /** Ids of the models that were found. */
  readonly modelIds: readonly string[];
}

const supergraphFile = join(import.meta.dirname, '..', 'supergraph.graphql');
/** The built web client. */
const ownSite = join(import.meta.dirname, '..', 'client', 'web', 'dist');
/** @param environment the whole of it: the models file names further variables. */
export const openStandalone = async (
  config: StandaloneConfig,
  environment: Readonly<Record<string, string | undefined>>,
  logger: Logger,
): Promise<Standalone> => {
  await using opened = new AsyncDisposableStack();
  opened.use(await lockDataDirectory(config.DATA_DIR));
  opened.use(await openTelemetry(config, 'standalone', logger));
  const schemas = [conversationsTables, modelsTables, usageTables, safetyTables, knowledgeTables];
  const listening = Promise.withResolvers<string>();
  const [database, ports, modelsFile, supergraphSdl, tokenIssuer] = await Promise.all([
    openDatabase(config, schemas).then((opening) => opened.use(opening)),
    openPorts(config, logger).then((opening) => opened.use(opening)),
    readModelsFile(config.MODELS_FILE),
    readFile(supergraphFile, 'utf8'),
    openTokenIssuer(config, listening.promise, logger).then((opening) => opened.use(opening)),
  ]);
  const fileOrigins = ports.blobs.publicOrigin === undefined ? [] : [ports.blobs.publicOrigin];
  const siteDirectory = config.SITE_DIR ?? (existsSync(ownSite) ? ownSite : undefined);
  const identitySecret = randomBytes(32).toString('base64url');
  const sealer = await openSealer(config);
  const services: SubgraphServices = {
    database,
    databaseWatch: opened.use(watchDatabase(database, logger)),
    ports,
    signIdentity: createIdentitySigner(identitySecret),
    verifyIdentity: createIdentityVerifier(identitySecret),
    access: opened.use(await openAccessList(ports, logger)),
    host: '127.0.0.1',
    port: 0,
    logger,
  };
  // The users whose tokens the development issuer signs.
  if (config.OIDC_ISSUER === undefined) await seedDevelopment(database);
  const embedders = opened.use(createEmbedders(config, modelsFile, environment));
  const subgraphs = opened.use(await openSubgraphs(services, { config, modelsFile, sealer, embedders }));
  const { conversations: conversationsUrl, usage: usageUrl, knowledge: knowledgeUrl } = subgraphs.urls;
  const { signIdentity } = services;
  const registry = opened.use(
    await openWorkers({
      config,
      environment,
      modelsFile,
      embedders,
      sealer,
      ports,
      knowledgeUrl,
      signIdentity,
      logger,
    }),
  );
  const authenticator = opened.use(
    await openWithApiKeys(tokenIssuer.tokens, { usageUrl, identitySecret, signals: ports.signals, logger }),
  );
  const webSignIn = opened.use(
    await openWebSignIn({ config, tokenIssuer, ports, identitySecret, listening: listening.promise, logger }),
  );
  const addressHeader = config.CLIENT_ADDRESS_HEADER;
  const pages = { conversationsUrl, identitySecret, addressHeader, logger };
  const sharedPages = opened.use(openSharedPages(pages));
  const gateway = opened.use(
    await createGateway({
      supergraphSdl,
      subgraphUrls: subgraphs.urls,
      host: config.HOST,
      port: config.PORT,
      authenticator,
      sessions: webSignIn.sessions,
      mounts: [...webSignIn.mounts, sharedPages.mount, ...mountBlobs(ports.blobs)],
      identitySecret,
      limiter: ports.limiter,
      ...gatewayLimits(config),
      site: siteDirectory === undefined ? undefined : await openSite(siteDirectory, fileOrigins),
      isDevelopment: config.NODE_ENV === 'development',
      logger,
      checks: {
        database: () => database.ping(),
        broker: () => ports.broker.ping(),
        streamLog: () => ports.streamLog.ping(),
      },
    }),
  );
  listening.resolve(gateway.url);
  const closing = opened.move();
  return {
    url: gateway.url,
    pages: gateway.pages,
    modelIds: registry.models.map(({ modelId }) => modelId),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
