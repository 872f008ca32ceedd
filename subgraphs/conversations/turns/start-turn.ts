/**
 * One turn, whoever asks for it (send, edit, regenerate): replayed when its key is known, admitted by the other rooms, then stored
 * with its job in one transaction under the conversation's row lock. Invariant: one idempotency key leads to one pair of
 * messages, one job and one reservation, however often and however concurrently it is sent.
 */
import { LockMode, UniqueConstraintViolationException } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/sql';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';
import type { RouteCandidate } from '#kernel/messages/generation-job.ts';
import type { StreamLog } from '#kernel/stream-log/stream-log.ts';
import { conversationNotFound } from '../access.ts';
import type { ChangeFeed } from '../changes.ts';
import { type Conversation, ConversationEntity, inFlightStatuses, type Message, MessageEntity } from '../entities.ts';
import { addToOutbox, type OutboxRelay, type OutboxRow } from '../outbox/relay.ts';
import type { Admission } from './admission.ts';
import { buildJob } from './build-job.ts';
import { findReplay, recordSend, type TurnResult } from './idempotency.ts';
import { newMessageId, placeTurn } from './place-turn.ts';
import type { CheckPressure } from './queue-pressure.ts';

export type BusyPolicy = 'REJECT' | 'ENQUEUE' | 'INTERRUPT';

export interface TurnRequest {
  readonly identity: Identity;
  readonly idempotencyKey: string;
  /** Hash of everything else the client sent: the same key with another hash is refused. */
  readonly requestHash: string;
  readonly conversation: Conversation;
  /** The message to go under; `head`: whatever the head is when the turn is stored; undefined: the root. */
  readonly above: Message | 'head' | undefined;
  /** What the user wrote; undefined: only a new answer to `above`. */
  readonly content: string | undefined;
  readonly replyId: string | undefined;
  readonly modelPolicy: string | undefined;
  readonly maxOutputTokens: number | undefined;
  readonly temperature: number | undefined;
  readonly onBusy: BusyPolicy;
}

export interface TurnServices {
  readonly database: Database;
  readonly admission: Admission;
  readonly checkPressure: CheckPressure;
  readonly relay: OutboxRelay;
  readonly streamLog: StreamLog;
  readonly changes: ChangeFeed;
}

/** Characters per token when the prompt is only estimated: OpenAI's rule of thumb for English. */
const charactersPerToken = 4;
/** Milliseconds after which a busy conversation is worth another try. */
const busyRetryAfterMs = 1_000;

const tokensOf = (characters: number): number => Math.ceil(characters / charactersPerToken);

/** Characters that every prompt of this turn has, however much history is cut: the system prompt and the question. */
const uncuttableLength = ({ conversation, content, above }: TurnRequest): number => {
  const question = content ?? (above === 'head' ? undefined : above)?.content ?? '';
  return (conversation.systemPrompt?.length ?? 0) + question.length;
};

interface Stored extends TurnResult {
  readonly outbox: readonly OutboxRow[];
  readonly interrupted: readonly string[];
}

interface Ids {
  readonly userMessageId: string | undefined;
  readonly assistantMessageId: string;
}

/** Applies the busy policy under the lock. Returns whether the new answer has to wait, and what was asked to stop. */
const makeWay = async (
  em: EntityManager,
  conversationId: string,
  onBusy: BusyPolicy,
): Promise<{ readonly wait: boolean; readonly interrupted: readonly string[] }> => {
  const running = await em.find(MessageEntity, { conversationId, status: { $in: [...inFlightStatuses] } });
  if (running.length === 0) return { wait: false, interrupted: [] };
  if (onBusy === 'REJECT') {
    throw new AppError(
      'CONVERSATION_BUSY',
      'An answer is being written in this conversation. Wait for it, stop it, or send with onBusy ENQUEUE or INTERRUPT.',
      {
        retryAfterMs: busyRetryAfterMs,
      },
    );
  }
  if (onBusy === 'ENQUEUE') return { wait: true, interrupted: [] };
  for (const message of running) message.stopRequestedAt ??= new Date();
  return { wait: true, interrupted: running.map((message) => message.id) };
};

const store = async (
  em: EntityManager,
  request: TurnRequest,
  ids: Ids,
  candidates: readonly RouteCandidate[],
): Promise<Stored | 'replay'> => {
  const { identity } = request;
  const conversation = await em.findOne(
    ConversationEntity,
    { id: request.conversation.id, deletedAt: null },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  if (!conversation) throw conversationNotFound();
  const headId = request.above === 'head' ? conversation.headId : undefined;
  const above = headId ? await em.findOneOrFail(MessageEntity, { id: headId }) : request.above;
  const parent = above === 'head' ? undefined : above;
  const answersId = ids.userMessageId ?? parent?.id;
  if (answersId === undefined) throw new Error('an answer without a question');
  if (!(await recordSend(em, request, answersId, ids.assistantMessageId))) return 'replay';
  const { wait, interrupted } = await makeWay(em, conversation.id, request.onBusy);
  const { user, assistant } = await placeTurn(em, parent, ids, request.content ?? '');

  const now = new Date();
  const common = { tenantId: identity.tenantId, conversationId: conversation.id, createdAt: now };
  const userMessage = user
    ? em.create(MessageEntity, {
        ...common,
        ...user,
        role: 'USER',
        content: request.content ?? '',
        status: 'COMPLETED',
        completedAt: now,
      })
    : parent;
  if (!userMessage) throw new Error('an answer without a question');
  const generation = {
    userId: identity.userId,
    candidates,
    maxOutputTokens: request.maxOutputTokens,
    temperature: request.temperature,
  };
  const assistantMessage = em.create(MessageEntity, {
    ...common,
    ...assistant,
    role: 'ASSISTANT',
    content: '',
    status: 'QUEUED',
    modelId: candidates[0]?.modelId ?? null,
    generation,
    dispatchedAt: wait ? null : now,
  });
  conversation.headId = assistantMessage.id;
  conversation.updatedAt = now;
  const outbox = wait
    ? []
    : [addToOutbox(em, await buildJob(em, conversation, userMessage, { id: assistantMessage.id, generation }))];
  return { userMessage, assistantMessage, replayed: false, outbox, interrupted };
};

/** Throws the refusals of admission, CONVERSATION_BUSY, IDEMPOTENCY_KEY_REUSED, OVERLOADED, NOT_FOUND. */
export const startTurn = async (services: TurnServices, request: TurnRequest): Promise<TurnResult> => {
  const { database, admission, identity } = { ...services, identity: request.identity };
  const replay = await findReplay(database.forTenant(identity.tenantId), request);
  if (replay) return replay;

  const ids: Ids = {
    userMessageId: request.content === undefined ? undefined : newMessageId(),
    assistantMessageId: request.replyId ?? newMessageId(),
  };
  const above = await pathLengthAbove(database.forTenant(identity.tenantId), request);
  const candidates = await admission.admit({
    identity,
    conversationId: request.conversation.id,
    userMessageId: ids.userMessageId ?? ids.assistantMessageId,
    assistantMessageId: ids.assistantMessageId,
    content: request.content,
    modelPolicy: request.modelPolicy ?? request.conversation.modelPolicy ?? undefined,
    inputTokens: tokensOf(above + (request.content?.length ?? 0)),
    leastInputTokens: tokensOf(uncuttableLength(request)),
    maxOutputTokens: request.maxOutputTokens,
  });

  let stored: Stored | 'replay';
  try {
    const [first] = candidates;
    if (first) services.checkPressure(first.pool);
    stored = await database.forTenant(identity.tenantId).transactional((em) => store(em, request, ids, candidates));
  } catch (cause) {
    await admission.release(identity, ids.assistantMessageId);
    if (cause instanceof UniqueConstraintViolationException && request.replyId !== undefined) {
      throw new AppError(
        'BAD_USER_INPUT',
        'There is a message with this replyId already. Make a new one for each message.',
        {
          cause,
          argument: 'replyId',
        },
      );
    }
    throw cause;
  }
  if (stored === 'replay') {
    const known = await findReplay(database.forTenant(identity.tenantId), request);
    if (!known) throw new Error('a recorded send is gone');
    if (known.assistantMessage.id !== ids.assistantMessageId) await admission.release(identity, ids.assistantMessageId);
    return known;
  }
  void services.relay.publish(stored.outbox);
  for (const id of stored.interrupted) await services.streamLog.requestStop(id);
  services.changes.announce(request.conversation, 'MESSAGE_ADDED', stored.assistantMessage.id);
  return stored;
};

/** Characters of the history that the prompt will have, at most. */
const pathLengthAbove = async (em: EntityManager, request: TurnRequest): Promise<number> => {
  if (request.above !== 'head') return request.above?.pathLength ?? 0;
  const { headId } = request.conversation;
  if (!headId) return 0;
  return (await em.findOne(MessageEntity, { id: headId }, { fields: ['pathLength'] }))?.pathLength ?? 0;
};
