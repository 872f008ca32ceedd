/**
 * The models subgraph for tests, on PGlite or PostgreSQL and on embedded ports. A small subgraph with one field serves
 * in the role of usage. Tests query over HTTP with signed identities, as the gateway and other subgraphs do.
 */
import { randomUUID } from 'node:crypto';
import { createClient, type FormattedExecutionResult } from 'graphql-ws';
import type { MessageFinished, WorkerAnnounced } from '#contracts/broker-events.ts';
import type { Identity } from '#contracts/identity.ts';
import { type PlanTier, planTiers } from '#contracts/plan-tiers.ts';
import { openAccessList } from '#kernel/access/access-list.ts';
import { type ModelsFile, parseModelsFile } from '#kernel/catalogue/models-file.ts';
import type { Database } from '#kernel/database/database.ts';
import { watchDatabase } from '#kernel/database/open-database.ts';
import { openPglite } from '#kernel/database/pglite.ts';
import { openPostgresql } from '#kernel/database/postgresql.ts';
import { createIdentitySigner, createIdentityVerifier } from '#kernel/identity.ts';
import { createLogger, type Logger } from '#kernel/log.ts';
import { openPorts, type Ports } from '#kernel/ports.ts';
import { createSealer, type Sealer } from '#kernel/sealing/sealer.ts';
import { createSubgraphBuilder, federationLinkUrl, type SubgraphContext } from '#kernel/subgraph-server/builder.ts';
import { serveSubgraph } from '#kernel/subgraph-server/serve-subgraph.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { copyCluster } from '#tests/services/embedded-cluster/copy-cluster.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { modelsTables } from './entities.ts';
import { openModels } from './service.ts';

export const catalogue: ModelsFile = parseModelsFile(`
providers:
  - { name: acme, displayName: Acme, kind: openai-compatible, baseUrl: "http://127.0.0.1:9" }
  - name: local
    displayName: This machine
    kind: llama
    discover: always
    discovered: { pool: SMALL, contextWindow: 4096, maxOutputTokens: 1024, price: { input: "0", cachedInput: "0", output: "0" } }
  - { name: parlance, displayName: Parlance, kind: demonstration }
models:
  - id: parlance/demonstration
    displayName: Demonstration
    provider: parlance
    pool: SMALL
    contextWindow: 32768
    maxOutputTokens: 2048
    price: { input: "0", cachedInput: "0", output: "0" }
  - id: acme/small
    displayName: Small
    provider: acme
    pool: EXTERNAL
    contextWindow: 8000
    maxOutputTokens: 1000
    capabilities: [TOOLS]
    price: { input: "0.15", cachedInput: "0.075", output: "0.60" }
  - id: acme/large
    displayName: Large
    provider: acme
    pool: EXTERNAL
    contextWindow: 128000
    maxOutputTokens: 16000
    capabilities: [TOOLS, VISION]
    price: { input: "2.00", cachedInput: "0.50", output: "8.00" }
    tiers: [PRO, ENTERPRISE]
`);

export const acme = '01900000-0000-7000-8000-00000000ac3e';

export const identityOf = (tenantId: string, more: Partial<Identity> = {}): Identity => ({
  tenantId,
  userId: '01900000-0000-7000-8000-000000000ada',
  roles: ['USER'],
  scopes: [],
  ...more,
});

export interface QueryResult {
  // biome-ignore lint/suspicious/noExplicitAny: a result is whatever the test has queried; it is compared, not used.
  readonly data: any;
  readonly errors: readonly {
    message: string;
    extensions: { code: string; argument?: string; retryAfterMs?: number };
  }[];
}

export interface Subscription {
  next(): Promise<FormattedExecutionResult<Record<string, unknown>, unknown>>;
  close(): Promise<void>;
}

export interface ModelsFixture extends AsyncDisposable {
  readonly url: string;
  readonly database: Database;
  readonly ports: Ports;
  /** Plans that the usage subgraph returns; FREE for other tenants. */
  readonly sealer: Sealer;
  readonly logger: Logger;
  readonly plans: Map<string, PlanTier>;
  execute(identity: Identity, query: string, variables?: Record<string, unknown>): Promise<QueryResult>;
  /** One subscription on a separate socket. */
  subscribe(identity: Identity, query: string): Subscription;
  announce(workerId: string, modelIds: readonly string[]): Promise<void>;
  /** Publishes message.finished: a success of acme/small but for these differences. */
  finish(differences?: Partial<MessageFinished>): Promise<void>;
}

export const engines = ['pglite', 'postgresql'] as const;
export type Engine = (typeof engines)[number];

const secret = 'a secret that only these tests know, 32+';

const serveUsage = async (plans: ReadonlyMap<string, PlanTier>) => {
  const builder = createSubgraphBuilder<SubgraphContext>();
  const planTier = builder.enumType('PlanTier', { values: planTiers });
  builder.queryField('tenantPlan', (t) =>
    t.field({
      type: planTier,
      authScopes: { service: true },
      resolve: (_, _args, { identity }) => plans.get(identity.tenantId) ?? 'FREE',
    }),
  );
  const outputTokens = builder.objectRef<{ readonly most: number | null }>('TenantOutputTokens').implement({
    fields: (t) => ({
      byDefault: t.int({ nullable: true, resolve: () => null }),
      most: t.exposeInt('most', { nullable: true }),
    }),
  });
  builder.queryField('tenantOutputTokens', (t) =>
    t.field({
      type: outputTokens,
      authScopes: { service: true },
      // As usage has it: only the plan FREE has a ceiling.
      resolve: (_, _args, { identity }) => ({
        most: (plans.get(identity.tenantId) ?? 'FREE') === 'FREE' ? 16_384 : null,
      }),
    }),
  );
  return serveSubgraph({
    name: 'usage',
    schema: builder.toSubGraphSchema({ linkUrl: federationLinkUrl }),
    createContext: (identity) => ({ identity }),
    verifyIdentity: createIdentityVerifier(secret),
    host: '127.0.0.1',
    port: 0,
    checks: {},
    logger: createLogger('usage', 'silent'),
  });
};

/** A successful generation of acme/small. */
const successOf = (): MessageFinished => ({
  tenantId: acme,
  userId: randomUUID(),
  conversationId: randomUUID(),
  messageId: randomUUID(),
  attempt: 1,
  modelId: 'acme/small',
  usage: { inputTokens: 10, cachedInputTokens: 0, outputTokens: 20, reasoningTokens: 0, source: 'COUNTED' },
  queueWaitMs: 5,
  firstTokenMs: 100,
  durationMs: 1100,
  status: 'COMPLETED',
  finishReason: 'STOP',
  text: 'Hello.',
  lastSeq: 3,
});

export const openModelsFixture = async (engine: Engine = 'pglite'): Promise<ModelsFixture> => {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await createDirectory());
  const logger = createLogger('models', 'silent');
  const sealer = createSealer({ SEALING_KEY: 'a key of at least thirty-two characters' });
  const database = opened.use(
    engine === 'pglite'
      ? await openPglite(await copyCluster(directory.path), [modelsTables])
      : await openPostgresql({ url: await sharedService('postgres'), poolSize: 8 }, [modelsTables]),
  );
  const ports = opened.use(await openPorts({ DATA_DIR: directory.path, SERVICE_START_TIMEOUT_MS: 1000 }, logger));
  const plans = new Map<string, PlanTier>();
  const usage = opened.use(await serveUsage(plans));
  const signIdentity = createIdentitySigner(secret);
  const subgraph = opened.use(
    await openModels(
      {
        database,
        databaseWatch: opened.use(watchDatabase(database, logger)),
        ports,
        signIdentity,
        verifyIdentity: createIdentityVerifier(secret),
        access: opened.use(await openAccessList(ports, logger)),
        host: '127.0.0.1',
        port: 0,
        logger,
      },
      {
        modelsFile: catalogue,
        usageUrl: usage.url,
        sealer,
        maxContentLength: 100_000,
        privateToolHosts: ['127.0.0.1'],
      },
    ),
  );
  const closing = opened.move();
  return {
    url: subgraph.url,
    database,
    ports,
    plans,
    sealer,
    logger,
    async execute(identity, query, variables = {}) {
      const response = await fetch(subgraph.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await signIdentity(identity)}` },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors = [] } = (await response.json()) as Partial<QueryResult>;
      return { data, errors };
    },
    subscribe(identity, query) {
      const authorization = signIdentity(identity).then((token) => `Bearer ${token}`);
      const client = createClient({
        url: subgraph.url.replace('http', 'ws'),
        connectionParams: async () => ({ authorization: await authorization }),
      });
      const results = authorization.then((own) => client.iterate({ query, extensions: { authorization: own } }));
      return {
        async next() {
          const step = await (await results).next();
          if (step.done) throw new Error('the subscription has ended');
          return step.value;
        },
        close: async () => client.dispose(),
      };
    },
    async announce(workerId, modelIds) {
      const models = modelIds.map((modelId) => ({ modelId, provider: 'any', pool: 'SMALL' as const }));
      const body: WorkerAnnounced = { workerId, models };
      await ports.broker.publish('events', 'worker.announced', randomUUID(), body);
    },
    async finish(differences = {}) {
      const body = { ...successOf(), ...differences };
      await ports.broker.publish('events', 'message.finished', body.messageId, body);
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
