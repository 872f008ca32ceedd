/**
 * The safety subgraph for tests, on PGlite or PostgreSQL and on embedded ports. Tests query over HTTP with signed
 * identities, as the gateway and other subgraphs do.
 */
import { randomUUID } from 'node:crypto';

import { createClient, type FormattedExecutionResult } from 'graphql-ws';
import type { MessageFinished } from '#contracts/broker-events.ts';
import type { Identity } from '#contracts/identity.ts';
import { openAccessList } from '#kernel/access/access-list.ts';
import type { Database } from '#kernel/database/database.ts';
import { watchDatabase } from '#kernel/database/open-database.ts';
import { openPglite } from '#kernel/database/pglite.ts';
import { openPostgresql } from '#kernel/database/postgresql.ts';
import { createIdentitySigner, createIdentityVerifier } from '#kernel/identity.ts';
import { createLogger } from '#kernel/log.ts';
import { openPorts, type Ports } from '#kernel/ports.ts';
import type { DetectorConfig } from '#kernel/screening/detectors.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { copyCluster } from '#tests/services/embedded-cluster/copy-cluster.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { safetyTables } from './entities.ts';
import { openSafety } from './service.ts';

export const acme = '01900000-0000-7000-8000-00000000ac3e';
export const globex = '01900000-0000-7000-8000-000000910be7';
const ada = '01900000-0000-7000-8000-000000000ada';

export const identityOf = (tenantId: string, more: Partial<Identity> = {}): Identity => ({
  tenantId,
  userId: ada,
  roles: ['USER'],
  scopes: [],
  ...more,
});

export interface QueryResult {
  // biome-ignore lint/suspicious/noExplicitAny: a result is whatever the test has queried; it is compared, not used.
  readonly data: any;
  readonly errors: readonly { message: string; extensions: { code: string; argument?: string } }[];
}

/** One socket, like the gateway's. Each subscription carries the token of its user. */
export interface Subscriber extends AsyncDisposable {
  open(identity: Identity): { next(): Promise<FormattedExecutionResult<Record<string, unknown>, unknown>> };
}

export interface SafetyFixture extends AsyncDisposable {
  readonly url: string;
  readonly database: Database;
  readonly ports: Ports;
  subscribe(query: string): Promise<Subscriber>;
  execute(identity: Identity, query: string, variables?: Record<string, unknown>): Promise<QueryResult>;
  /** Screens a text as conversations does. */
  screen(content: string, messageId?: string, tenantId?: string): Promise<{ action: string; categories: object[] }>;
  /** Publishes message.finished for acme with this text. */
  finish(messageId: string, text: string, conversationId?: string, more?: Partial<MessageFinished>): Promise<void>;
  /** Message.moderation of several messages, in their order. */
  moderation(identity: Identity, messageIds: readonly string[]): Promise<({ action: string; stage: string } | null)[]>;
}

export const engines = ['pglite', 'postgresql'] as const;
export type Engine = (typeof engines)[number];

const secret = 'a secret that only these tests know, 32+';

const screenMutation = `mutation ($input: ScreenContentInput!) {
  screenContent(input: $input) { action categories { category score } version } }`;
const moderationQuery = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
  ... on Message { moderation { stage action categories { category score } version } } } }`;

/** A successful generation for acme. */
const successOf = (messageId: string, text: string, conversationId: string): MessageFinished => ({
  tenantId: acme,
  userId: ada,
  conversationId,
  messageId,
  attempt: 1,
  modelId: 'acme/small',
  usage: { inputTokens: 10, cachedInputTokens: 0, outputTokens: 20, reasoningTokens: 0, source: 'COUNTED' },
  queueWaitMs: 5,
  durationMs: 1100,
  status: 'COMPLETED',
  finishReason: 'STOP',
  text,
  lastSeq: 3,
});

export const openSafetyFixture = async (engine: Engine = 'pglite', config?: DetectorConfig): Promise<SafetyFixture> => {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await createDirectory());
  const logger = createLogger('safety', 'silent');
  const database = opened.use(
    engine === 'pglite'
      ? await openPglite(await copyCluster(directory.path), [safetyTables])
      : await openPostgresql({ url: await sharedService('postgres'), poolSize: 8 }, [safetyTables]),
  );
  const ports = opened.use(await openPorts({ DATA_DIR: directory.path, SERVICE_START_TIMEOUT_MS: 1000 }, logger));
  const signIdentity = createIdentitySigner(secret);
  const verifyIdentity = createIdentityVerifier(secret);
  const access = opened.use(await openAccessList(ports, logger));
  const databaseWatch = opened.use(watchDatabase(database, logger));
  const services = { database, databaseWatch, ports, signIdentity, verifyIdentity, access, logger };
  const subgraph = opened.use(await openSafety({ ...services, host: '127.0.0.1', port: 0 }, config));
  const closing = opened.move();
  const execute: SafetyFixture['execute'] = async (identity, query, variables = {}) => {
    const response = await fetch(subgraph.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await signIdentity(identity)}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors = [] } = (await response.json()) as Partial<QueryResult>;
    return { data, errors };
  };
  return {
    url: subgraph.url,
    database,
    ports,
    async subscribe(query) {
      const tokenOf = async (identity: Identity): Promise<string> => `Bearer ${await signIdentity(identity)}`;
      const client = createClient({
        url: subgraph.url.replace('http', 'ws'),
        connectionParams: async () => ({ authorization: await tokenOf(identityOf(acme)) }),
      });
      return {
        open(identity) {
          const results = tokenOf(identity).then((authorization) =>
            client.iterate({ query, extensions: { authorization } }),
          );
          return {
            async next() {
              const step = await (await results).next();
              if (step.done) throw new Error('the subscription has ended');
              return step.value;
            },
          };
        },
        [Symbol.asyncDispose]: async () => client.dispose(),
      };
    },
    execute,
    async screen(content, messageId = randomUUID(), tenantId = acme) {
      const input = { messageId, conversationId: randomUUID(), content };
      const { data, errors } = await execute(identityOf(tenantId, { service: 'conversations' }), screenMutation, {
        input,
      });
      if (errors[0]) throw new Error(errors[0].message);
      return data.screenContent;
    },
    async finish(messageId, text, conversationId = randomUUID(), more = {}) {
      const body = { ...successOf(messageId, text, conversationId), ...more };
      await ports.broker.publish('events', 'message.finished', messageId, body);
    },
    async moderation(identity, messageIds) {
      const representations = messageIds.map((id) => ({ __typename: 'Message', id }));
      const { data } = await execute(identity, moderationQuery, { representations });
      return data._entities.map(
        ({ moderation }: { moderation: { action: string; stage: string } | null }) => moderation,
      );
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
