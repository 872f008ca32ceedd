/** Summaries of conversations as these tests make them: with jobs that no worker takes, and results made up. */
import { expect } from 'vitest';
import type { ConversationSummarised, MessageFinished, PromptFill } from '#contracts/broker-events.ts';
import { type GenerationJob, generationJobSchema } from '#contracts/generation-job.ts';
import { createChangeFeed } from './conversations/change-feed.ts';
import { type Fixture, finished, logger, openFixture } from './conversations.fixture.ts';
import {
  type Conversation,
  ConversationEntity,
  ConversationSummaryEntity,
  type Message,
  OutboxEntity,
} from './entities.ts';
import { startJobRelay } from './outbox/job-outbox.ts';
import { storeFinished } from './replies/store-result.ts';
import { storeSummary } from './summaries/store-summary.ts';
import { readTurnContext, type TurnParent } from './turns/read-turn-context.ts';

/** A window so small that nothing but the last two turns stays. */
export const full: PromptFill = { tokens: 8, contextWindow: 10, droppedMessages: 0 };
export const inFlight = { status: 'STREAMING', content: '' } as const;

const summarised = (job: GenerationJob, change: Partial<ConversationSummarised>): ConversationSummarised => {
  if (job.kind !== 'summary') throw new Error('not the job of a summary');
  return {
    ...{ tenantId: job.tenantId, userId: job.userId, conversationId: job.conversationId, messageId: job.messageId },
    ...{ attempt: 1, queueWaitMs: 0, durationMs: 0, promptVersion: job.promptVersion, summaryTokens: 7 },
    usage: { inputTokens: 1, cachedInputTokens: 0, outputTokens: 2, reasoningTokens: 0, source: 'COUNTED' },
    lastMessageId: job.turns.at(-1)?.lastMessageId ?? '',
    summary: `summary of ${job.turns.length} turns`,
    ...change,
  };
};

export const openSummaries = async () => {
  await using stack = new AsyncDisposableStack();
  const fixture = stack.use(await openFixture());
  const { database, broker, streamLog, signals, identity } = fixture;
  const relay = stack.use(startJobRelay(database, broker, logger));
  const changes = createChangeFeed(signals, logger);
  const services = { database, relay, changes, streamLog, keepsStreamEvents: false, summariseAtPercent: 70 };
  const conversationOf = ({ id }: Conversation) =>
    database.forTenant(identity.tenantId).findOneOrFail(ConversationEntity, { id });
  const closing = stack.move();
  return {
    ...{ fixture, services, conversationOf },
    /** The job that ending this reply leads to. */
    async jobAfter(reply: Message, change: Partial<MessageFinished> = {}): Promise<GenerationJob | undefined> {
      const before = await database.asSystem((em) => em.find(OutboxEntity, {}));
      await storeFinished(
        { ...services, relay: { ...relay, publish: async () => undefined } },
        finished(reply, { text: `reply`, prompt: full, ...change }),
      );
      const known = new Set(before.map(({ id }) => id));
      const rows = await database.asSystem((em) => em.find(OutboxEntity, {}));
      const jobs = rows.filter(({ id }) => !known.has(id)).map(({ body }) => generationJobSchema.parse(body));
      return jobs.find(({ kind }) => kind === 'summary');
    },
    store: (job: GenerationJob, change: Partial<ConversationSummarised> = {}) =>
      storeSummary(services, summarised(job, change)),
    summaries: () => database.asSystem((em) => em.find(ConversationSummaryEntity, {}, { orderBy: { depth: 'asc' } })),
    context: (conversation: Conversation, parent: TurnParent) =>
      readTurnContext(database, { identity, conversationId: conversation.id, idempotencyKey: 'k', parent }),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};

/** A conversation with a title, so that no reply leads to one, and turns `t0`, `t1`, ... The last is in flight. */
export const converse = async (fixture: Fixture, turns: number) => {
  const conversation = await fixture.conversation();
  await fixture.database
    .forTenant(fixture.identity.tenantId)
    .nativeUpdate(ConversationEntity, { id: conversation.id }, { title: 'T' });
  const replies: Message[] = [];
  for (let index = 0; index < turns; index += 1) {
    const change = index === turns - 1 ? inFlight : {};
    replies.push((await fixture.turn(conversation, replies.at(-1), `t${index}`, change)).reply);
  }
  const at = (index: number): Message => {
    const reply = replies.at(index);
    if (reply === undefined) throw new Error(`no turn ${index}`);
    return reply;
  };
  return { conversation, at };
};

export const contents = (job: GenerationJob | undefined) => job?.history.map(({ content }) => content);

/** A conversation of turns `t0` to `t6` with summaries up to t1 and up to t4. */
export const twice = async (summaries: Awaited<ReturnType<typeof openSummaries>>) => {
  const { fixture, conversationOf } = summaries;
  const { conversation, at } = await converse(fixture, 4);
  const first = await summaries.jobAfter(at(3));
  if (first) await summaries.store(first);
  let tip = at(3);
  const later: Message[] = [];
  for (const content of ['t4', 't5', 't6']) {
    const change = content === 't6' ? inFlight : {};
    ({ reply: tip } = await fixture.turn(await conversationOf(conversation), tip, content, change));
    later.push(tip);
  }
  const second = await summaries.jobAfter(tip);
  if (second) await summaries.store(second);
  expect(await summaries.summaries()).toHaveLength(2);
  return { conversation, replies: [0, 1, 2, 3].map(at).concat(later) };
};
