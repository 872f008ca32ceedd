/** Conversations on an embedded database and embedded ports, for tests that need no other subgraph. */
import { v7 as uuidv7 } from 'uuid';
import type { MessageFinished } from '#contracts/broker-events.ts';
import type { RouteCandidate, Tool } from '#contracts/generation-job.ts';
import type { Identity } from '#contracts/identity.ts';
import { type AccessList, openAccessList } from '#kernel/access/access-list.ts';
import type { Broker } from '#kernel/broker/broker.ts';
import { createEmbeddedBroker } from '#kernel/broker/embedded-broker.ts';
import { topology } from '#kernel/broker/topology.ts';
import { createEmbeddedCache } from '#kernel/cache/embedded-cache.ts';
import type { Database } from '#kernel/database/database.ts';
import { openPglite } from '#kernel/database/pglite.ts';
import { createLogger } from '#kernel/log.ts';
import { createEmbeddedSignals } from '#kernel/signals/embedded-signals.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { createEmbeddedStreamLog } from '#kernel/stream-log/embedded-stream-log.ts';
import type { StreamLog } from '#kernel/stream-log/stream-log.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { copyCluster } from '#tests/services/embedded-cluster/copy-cluster.ts';
import { type Conversation, ConversationEntity, conversationsTables, type Message, MessageEntity } from './entities.ts';

export const logger = createLogger('test', 'silent');

export const candidate: RouteCandidate = {
  modelId: 'test/model',
  provider: 'test',
  pool: 'SMALL',
  contextWindow: 8_000,
  maxOutputTokens: 1_000,
  capabilities: [],
  price: { input: '1', cachedInput: '0.5', output: '2' },
};

export const tool: Tool = {
  name: 'look_up',
  description: 'Looks an order up.',
  parameters: { type: 'object', properties: { order: { type: 'string' } } },
  url: 'https://acme.example/orders',
  timeoutMs: 1_000,
  secret: 'whsec_c2VjcmV0',
};

export interface Fixture extends AsyncDisposable {
  readonly database: Database;
  readonly broker: Broker;
  readonly streamLog: StreamLog;
  readonly signals: Signals;
  readonly access: AccessList;
  readonly identity: Identity;
  /** An empty conversation of the fixture's identity. */
  conversation(): Promise<Conversation>;
  /** Stores a question under `above`, and its reply, which becomes the head. */
  turn(
    conversation: Conversation,
    above: Message | undefined,
    content: string,
    reply?: Partial<Message>,
  ): Promise<{ question: Message; reply: Message }>;
}

export const newIdentity = (): Identity => ({ tenantId: uuidv7(), userId: uuidv7(), roles: ['USER'], scopes: [] });

export const openFixture = async (): Promise<Fixture> => {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await createDirectory());
  const database = stack.use(await openPglite(await copyCluster(directory.path), [conversationsTables]));
  const broker = stack.use(await createEmbeddedBroker({ dataDirectory: directory.path, queues: topology, logger }));
  const streamLog = stack.use(await createEmbeddedStreamLog({ dataDirectory: directory.path, logger }));
  const signals = stack.use(createEmbeddedSignals(logger));
  const cache = stack.use(createEmbeddedCache());
  const access = stack.use(await openAccessList({ cache, signals }, logger));
  const identity = newIdentity();
  const { tenantId, userId } = identity;
  const closing = stack.move();
  return {
    database,
    broker,
    streamLog,
    signals,
    access,
    identity,
    async conversation() {
      const em = database.forTenant(tenantId);
      const now = new Date();
      const created = em.create(ConversationEntity, {
        id: uuidv7(),
        tenantId,
        ownerId: userId,
        pinned: false,
        archived: false,
        legalHold: false,
        createdAt: now,
        updatedAt: now,
      });
      await em.flush();
      return created;
    },
    turn: (conversation, above, content, change = {}) =>
      database.forTenant(tenantId).transactional(async (em) => {
        const id = uuidv7();
        const depth = (above?.depth ?? 0) + 1;
        const taken = above && (await em.count(MessageEntity, { branchId: above.branchId, depth })) > 0;
        const common = {
          tenantId,
          conversationId: conversation.id,
          branchId: above && !taken ? above.branchId : id,
          pathLength: (above?.pathLength ?? 0) + content.length,
          lastSeq: 0,
          createdAt: new Date(),
        };
        const question = em.create(MessageEntity, {
          ...common,
          id,
          parentId: above?.id ?? null,
          depth,
          role: 'USER',
          content,
          status: 'COMPLETED',
        });
        const generation = { userId, candidates: [candidate] };
        const reply = em.create(MessageEntity, {
          ...common,
          id: uuidv7(),
          parentId: id,
          depth: depth + 1,
          role: 'ASSISTANT',
          content: `reply to ${content}`,
          status: 'COMPLETED',
          generation,
          dispatchedAt: new Date(),
          ...change,
        });
        await em.flush();
        await em.nativeUpdate(ConversationEntity, { id: conversation.id }, { headId: reply.id });
        conversation.headId = reply.id;
        return { question, reply };
      }),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};

/** What a worker publishes at the end of `message`. */
export const finished = (message: Message, change: Partial<MessageFinished> = {}): MessageFinished => ({
  tenantId: message.tenantId,
  userId: message.generation?.userId ?? message.tenantId,
  conversationId: message.conversationId,
  messageId: message.id,
  attempt: 1,
  modelId: candidate.modelId,
  usage: { inputTokens: 1, cachedInputTokens: 0, outputTokens: 2, reasoningTokens: 0, source: 'COUNTED' },
  queueWaitMs: 1,
  durationMs: 1,
  status: 'COMPLETED',
  finishReason: 'STOP',
  text: 'the text',
  lastSeq: 3,
  ...change,
});
