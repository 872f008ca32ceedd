/**
 * What a page of a conversation costs: one fetch from each subgraph and the same number of SQL statements, however many
 * messages it has. The subgraphs run here in one process, behind doors that count.
 */

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { openAccessList } from '#kernel/access/access-list.ts';
import { signatureAlgorithms } from '#kernel/access-tokens/token-verifier.ts';
import { readModelsFile } from '#kernel/catalogue/models-file.ts';
import { watchDatabase } from '#kernel/database/open-database.ts';
import { openPglite } from '#kernel/database/pglite.ts';
import { createIdentitySigner, createIdentityVerifier } from '#kernel/identity.ts';
import { createLogger } from '#kernel/log.ts';
import { openPorts } from '#kernel/ports.ts';
import { createSealer } from '#kernel/sealing/sealer.ts';
import type { SubgraphServices } from '#kernel/subgraph-server/run-subgraph.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { copyCluster } from '#tests/services/embedded-cluster/copy-cluster.ts';
import { createClient } from '#tests/support/client.ts';
import { findUser } from '#tests/support/parlance.ts';
import { until } from '#tests/support/until.ts';
import { createLocalKeyAuthenticator } from '../../gateway/authentication/local-key-authenticator.ts';
import { createGateway } from '../../gateway/gateway.ts';
import {
  developmentAudience,
  developmentIssuerName,
  openDevelopmentIssuer,
} from '../../standalone/issuer/development-issuer.ts';
import { finished } from '../../subgraphs/conversations/conversations.fixture.ts';
import {
  ConversationEntity,
  conversationsTables,
  type Message,
  MessageEntity,
} from '../../subgraphs/conversations/entities.ts';
import { openConversations } from '../../subgraphs/conversations/service.ts';
import { modelsTables } from '../../subgraphs/models/entities.ts';
import { openModels } from '../../subgraphs/models/service.ts';
import { safetyTables } from '../../subgraphs/safety/entities.ts';
import { openSafety } from '../../subgraphs/safety/service.ts';
import { usageTables } from '../../subgraphs/usage/entities.ts';
import { openUsage } from '../../subgraphs/usage/service.ts';

const turns = 25;
const modelId = 'openai/gpt-4o-mini';

/** Passes requests on to `url` and counts them. */
const countingDoor = async (url: string) => {
  let count = 0;
  const server = createServer(async (request, response) => {
    count += 1;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { authorization = '' } = request.headers;
    const reply = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: Buffer.concat(chunks),
    });
    response.writeHead(reply.status, { 'content-type': 'application/json' });
    response.end(Buffer.from(await reply.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    /** Requests since the last call. */
    take: (): number => {
      const taken = count;
      count = 0;
      return taken;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const pageQuery = `query Page($id: ID!, $last: Int) { conversation(id: $id) { messages(last: $last) { edges { node {
  id content toolCalls { name result } model { displayName } usage { costUsd } moderation { action }
} } } } }`;
const pageShape = z.object({
  conversation: z.object({
    messages: z.object({
      edges: z.array(
        z.object({
          node: z.object({
            model: z.object({ displayName: z.string() }).nullable(),
            usage: z.object({ costUsd: z.string() }).nullable(),
            moderation: z.object({ action: z.string() }).nullable(),
          }),
        }),
      ),
    }),
  }),
});

test('a page of 50 messages with model, usage and moderation costs one fetch a subgraph, and no more SQL than a page of 4', async () => {
  await using stack = new AsyncDisposableStack();
  const logger = createLogger('test', 'silent');
  const directory = stack.use(await createDirectory());
  const secret = 'a secret for this test only, long enough';
  const schemas = [conversationsTables, modelsTables, usageTables, safetyTables];
  const database = stack.use(await openPglite(await copyCluster(directory.path), schemas));
  const ports = stack.use(await openPorts({ DATA_DIR: directory.path, SERVICE_START_TIMEOUT_MS: 1_000 }, logger));
  const services: SubgraphServices = {
    database,
    databaseWatch: stack.use(watchDatabase(database, logger)),
    ports,
    signIdentity: createIdentitySigner(secret),
    verifyIdentity: createIdentityVerifier(secret),
    access: stack.use(await openAccessList(ports, logger)),
    host: '127.0.0.1',
    port: 0,
    logger,
  };
  const usage = stack.use(
    await openUsage(services, {
      reservationTtlSeconds: 900,
      reservationSweepSeconds: 900,
      conversationsUrl: () => undefined,
    }),
  );
  const safety = stack.use(await openSafety(services));
  const models = stack.use(
    await openModels(services, {
      modelsFile: await readModelsFile('models.yaml'),
      usageUrl: usage.url,
      sealer: createSealer({}),
      privateToolHosts: [],
      maxContentLength: 1_000,
    }),
  );
  const conversations = stack.use(
    await openConversations(services, {
      USAGE_URL: usage.url,
      SAFETY_URL: safety.url,
      MODELS_URL: models.url,
      // Nothing is attached.
      KNOWLEDGE_URL: usage.url,
      MAX_CONTENT_LENGTH: 1_000,
      MAX_QUEUED: 1_000,
      MAX_STORED_BYTES: 1_000_000,
      STREAM_PERSISTENCE: 'text',
      WORKER_VANISHED_AFTER_MS: 900_000,
      SUMMARISE_AT_PERCENT: 70,
      TOOL_DECISION_SECONDS: 3_600,
      DELETED_CONVERSATION_DAYS: 30,
    }),
  );
  const subgraphs = { usage, safety, models, conversations };
  const doors = new Map<string, Awaited<ReturnType<typeof countingDoor>>>();
  for (const [name, { url }] of Object.entries(subgraphs)) doors.set(name, stack.use(await countingDoor(url)));
  const issuer = await openDevelopmentIssuer(directory.path);
  const gateway = stack.use(
    await createGateway({
      supergraphSdl: await readFile('supergraph.graphql', 'utf8'),
      subgraphUrls: Object.fromEntries([...doors].map(([name, door]) => [name, door.url])),
      host: '127.0.0.1',
      port: 0,
      authenticator: createLocalKeyAuthenticator({
        issuer: developmentIssuerName,
        audience: developmentAudience,
        algorithms: [...signatureAlgorithms],
        clockToleranceSeconds: 5,
        jwks: issuer.jwks,
      }),
      identitySecret: secret,
      limiter: ports.limiter,
      isDevelopment: false,
      logger,
    }),
  );
  const token = await issuer.sign({ ...findUser('ada'), roles: ['USER'], scope: '', expires: '10m' });
  const ada = stack.use(createClient(() => gateway.url, token));

  // A conversation of 25 turns, ended as workers end them.
  const conversationId = await ada.createConversation({ title: 'long' });
  const { tenant, user } = findUser('ada');
  const replies: Message[] = [];
  await database.forTenant(tenant.id).transactional(async (em) => {
    let parentId: string | null = null;
    const branchId = crypto.randomUUID();
    for (let depth = 1; depth <= turns * 2; depth += 1) {
      const id = depth === 1 ? branchId : crypto.randomUUID();
      const isReply = depth % 2 === 0;
      const row = em.create(MessageEntity, {
        id,
        tenantId: tenant.id,
        conversationId,
        parentId,
        branchId,
        depth,
        pathLength: 0,
        role: isReply ? 'ASSISTANT' : 'USER',
        content: 'words',
        status: isReply ? 'QUEUED' : 'COMPLETED',
        modelId: isReply ? modelId : null,
        generation: isReply ? { userId: user.id, candidates: [] } : null,
        lastSeq: 0,
        createdAt: new Date(),
      });
      if (isReply) replies.push(row);
      parentId = id;
      await em.flush();
    }
    await em.nativeUpdate(ConversationEntity, { id: conversationId }, { headId: parentId });
  });
  const price = { input: '1', cachedInput: '1', output: '1' };
  for (const reply of replies) {
    const result = finished(reply, { modelId, provider: 'openai', pool: 'EXTERNAL', price });
    await ports.broker.publish('events', 'message.finished', reply.id, JSON.parse(JSON.stringify(result)));
  }
  const page = async (last: number) =>
    (await ada.query(pageShape, pageQuery, { id: conversationId, last })).conversation.messages.edges;
  await until(
    () => page(50),
    (edges) => edges.filter(({ node }) => node.usage !== null && node.moderation !== null).length === turns,
  );

  const costOf = async (last: number) => {
    for (const door of doors.values()) door.take();
    const before = database.statements;
    expect(await page(last)).toHaveLength(last);
    return {
      statements: database.statements - before,
      fetches: Object.fromEntries([...doors].map(([name, door]) => [name, door.take()])),
    };
  };
  // The consumers still work on the results, and their statements are not the page's.
  let seen = database.statements;
  let unchanged = 0;
  await until(
    async () => database.statements,
    (statements) => {
      unchanged = statements === seen ? unchanged + 1 : 0;
      seen = statements;
      return unchanged === 10;
    },
  );
  const small = [await costOf(4), await costOf(4), await costOf(4)];
  // Sweeps run now and then beside a page: the least of a few is the page's own.
  const large = [await costOf(50), await costOf(50), await costOf(50)];
  for (const { fetches } of large) expect(fetches).toEqual({ conversations: 1, models: 1, usage: 1, safety: 1 });
  const least = (pages: readonly { readonly statements: number }[]): number =>
    Math.min(...pages.map(({ statements }) => statements));
  expect(least(large)).toBe(least(small));
});
