/**
 * The knowledge subgraph for tests, on PGlite or PostgreSQL and on embedded ports. Tests query over HTTP with signed
 * identities, as the gateway does, upload by signed URLs, and play the part of workers.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createClient, type FormattedExecutionResult } from 'graphql-ws';
import type { FileIngested } from '#contracts/broker-events.ts';
import { type EmbedJob, embedJobSchema, embedQueue } from '#contracts/embed-job.ts';
import type { Identity } from '#contracts/identity.ts';
import { type IngestJob, ingestJobSchema, ingestQueue } from '#contracts/ingest-job.ts';
import type { PlanTier } from '#contracts/plan-tiers.ts';
import { openAccessList } from '#kernel/access/access-list.ts';
import type { Blobs } from '#kernel/blobs/blobs.ts';
import type { Database } from '#kernel/database/database.ts';
import { watchDatabase } from '#kernel/database/open-database.ts';
import { openPglite } from '#kernel/database/pglite.ts';
import { openPostgresql } from '#kernel/database/postgresql.ts';
import type { Embedders } from '#kernel/embedding/embedders.ts';
import { type EmbeddingsServer, startEmbeddingsServer } from '#kernel/embedding/embeddings-server.fixture.ts';
import { createIdentitySigner, createIdentityVerifier } from '#kernel/identity.ts';
import { createLogger } from '#kernel/log.ts';
import { openPorts, type Ports } from '#kernel/ports.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { copyCluster } from '#tests/services/embedded-cluster/copy-cluster.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import {
  addReadyFile,
  createFixtureEmbedders,
  embedAsWorker,
  type FixtureChunk,
  nextBody,
} from './embedding-worker.fixture.ts';
import { knowledgeTables } from './entities.ts';
import { openKnowledge } from './service.ts';

export const acme = '01900000-0000-7000-8000-00000000ac3e';
export const globex = '01900000-0000-7000-8000-000000910be7';
const ada = '01900000-0000-7000-8000-000000000ada';

export const identityOf = (tenantId = acme, more: Partial<Identity> = {}): Identity => ({
  tenantId,
  userId: ada,
  roles: ['USER'],
  scopes: [],
  ...more,
});

export interface QueryResult {
  // biome-ignore lint/suspicious/noExplicitAny: a result is whatever the test has queried; it is compared, not used.
  readonly data: any;
  readonly errors: readonly {
    message: string;
    extensions: { code: string; argument?: string; quota?: string; maxBytes?: number };
  }[];
}

export interface KnowledgeFixture extends AsyncDisposable {
  readonly database: Database;
  readonly ports: Ports;
  /** What usage says of every tenant from now on. */
  plan: PlanTier;
  execute(identity: Identity, query: string, variables?: Record<string, unknown>): Promise<QueryResult>;
  /** A signed URL as clients reach it. */
  absolute(url: string): string;
  /** Creates a file and uploads its content. Returns its id. */
  upload(identity: Identity, content: Uint8Array, name?: string): Promise<string>;
  /** Takes the next job that looks at an upload. */
  nextJob(): Promise<IngestJob>;
  /** Publishes what a worker found. */
  ingested(event: FileIngested): Promise<void>;
  /** The provider of the models that embed. */
  readonly embeddings: EmbeddingsServer;
  readonly embedders: Embedders;
  /** Creates a file that is READY, without bytes. Returns its id. */
  addFile(identity: Identity, name: string): Promise<string>;
  /** Takes the next job that embeds a document. */
  nextEmbedJob(): Promise<EmbedJob>;
  /** Embeds these passages as a worker does, and publishes the result. */
  embed(job: EmbedJob, chunks: readonly FixtureChunk[]): Promise<void>;
  /** The values of the field `fileChanged` of a subscription. */
  watch(
    identity: Identity,
    query: string,
  ): Promise<AsyncIterableIterator<FormattedExecutionResult<Record<string, unknown>, unknown>>>;
}

export type Engine = 'pglite' | 'postgresql';

export interface FixtureOptions {
  readonly engine?: Engine;
  /** Of ports that other processes use too, in place of embedded ones. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The rerank endpoint. Default: none. */
  readonly rerankUrl?: string;
  /** What the database holds before the service opens, as another version has left it. */
  readonly before?: (database: Database) => Promise<void>;
  /** In place of the directory. */
  readonly blobs?: (directory: Blobs) => Blobs;
}

const secret = 'a secret that only these tests know, 32+';

export const sha256Of = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

export const createMutation = `mutation ($name: String!, $mediaType: String!, $byteSize: Int!, $sha256: String!) {
  createFile(name: $name, mediaType: $mediaType, byteSize: $byteSize, sha256: $sha256) {
    file { id status } url method headers { name value } expiresAt } }`;

const listen = async (handle: RequestListener, stack: AsyncDisposableStack): Promise<string> => {
  const server = createServer(handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
};

export const openKnowledgeFixture = async (options: FixtureOptions = {}): Promise<KnowledgeFixture> => {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await createDirectory());
  const logger = createLogger('knowledge', 'silent');
  const database = opened.use(
    options.engine === 'postgresql'
      ? await openPostgresql({ url: await sharedService('postgres'), poolSize: 8 }, [knowledgeTables])
      : await openPglite(await copyCluster(directory.path), [knowledgeTables]),
  );
  await options.before?.(database);
  const environment = { DATA_DIR: directory.path, SERVICE_START_TIMEOUT_MS: 5000, ...options.environment };
  const embedded = opened.use(await openPorts(environment, logger));
  const ports = { ...embedded, blobs: options.blobs?.(embedded.blobs) ?? embedded.blobs };
  const [signIdentity, verifyIdentity] = [createIdentitySigner(secret), createIdentityVerifier(secret)];
  const access = opened.use(await openAccessList(ports, logger));
  const databaseWatch = opened.use(watchDatabase(database, logger));
  const plans = { plan: 'PRO' as PlanTier };
  const usageUrl = await listen((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ data: { tenantPlan: plans.plan } }));
  }, opened);
  const files = await listen((request, response) => void ports.blobs.serve?.(request, response), opened);
  const services = { database, databaseWatch, ports, signIdentity, verifyIdentity, access, logger };
  const embeddings = opened.use(await startEmbeddingsServer());
  const embedders = opened.use(createFixtureEmbedders(embeddings.baseUrl));
  const reranking = { RERANK_URL: options.rerankUrl, RERANK_FORMAT: 'documents' as const, RERANK_TIMEOUT_MS: 5_000 };
  const subgraph = opened.use(
    await openKnowledge(
      { ...services, host: '127.0.0.1', port: 0 },
      { embedders, reranking, USAGE_URL: `${usageUrl}/graphql`, UPLOAD_URL_SECONDS: 60, DOWNLOAD_URL_SECONDS: 60 },
    ),
  );
  const closing = opened.move();
  const execute: KnowledgeFixture['execute'] = async (identity, query, variables = {}) => {
    const response = await fetch(subgraph.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await signIdentity(identity)}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors = [] } = (await response.json()) as Partial<QueryResult>;
    return { data, errors };
  };
  const absolute = (url: string): string => new URL(url, files).href;
  return {
    database,
    ports,
    get plan() {
      return plans.plan;
    },
    set plan(plan) {
      plans.plan = plan;
    },
    execute,
    absolute,
    async upload(identity, content, name = 'notes.txt') {
      const terms = { name, mediaType: 'text/plain', byteSize: content.length, sha256: sha256Of(content) };
      const { data, errors } = await execute(identity, createMutation, terms);
      if (errors[0]) throw new Error(errors[0].message);
      const { url, file, headers } = data.createFile;
      const sent = headers.map(({ name: header, value }: { name: string; value: string }) => [header, value]);
      const response = await fetch(absolute(url), { method: 'PUT', headers: sent, body: Uint8Array.from(content) });
      if (!response.ok) throw new Error(await response.text());
      return file.id;
    },
    embeddings,
    embedders,
    addFile: (identity, name) => addReadyFile(database, identity, name),
    nextJob: async () => ingestJobSchema.parse(await nextBody(ports.broker, ingestQueue)),
    nextEmbedJob: async () => embedJobSchema.parse(await nextBody(ports.broker, embedQueue)),
    embed: (job, chunks) => embedAsWorker(ports, embedders, job, chunks),
    ingested: (event) =>
      ports.broker.publish('events', 'file.ingested', event.fileId, JSON.parse(JSON.stringify(event))),
    async watch(identity, query) {
      const authorization = `Bearer ${await signIdentity(identity)}`;
      const client = createClient({
        url: subgraph.url.replace('http', 'ws'),
        connectionParams: { authorization: `Bearer ${await signIdentity(identityOf())}` },
      });
      closing.defer(async () => client.dispose());
      return client.iterate<Record<string, unknown>>({ query, extensions: { authorization } });
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
