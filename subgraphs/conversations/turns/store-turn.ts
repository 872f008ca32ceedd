/**
 * Stores an admitted turn with its job. One statement locks the conversation, applies the busy policy and inserts the
 * messages into the tree (migrations/conversations/functions/store_turn.sql). Invariant: all of it is stored, or
 * nothing.
 */
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { GenerationJob } from '#contracts/generation-job.ts';
import type { Identity } from '#contracts/identity.ts';
import { callFunction } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import type { OutboxRow } from '#kernel/outbox/outbox-table.ts';
import { type Generation, type Message, type MessageAttachment, withoutTools } from '../entities.ts';
import { rowOfJob } from '../outbox/job-outbox.ts';

export type BusyPolicy = 'REJECT' | 'ENQUEUE' | 'INTERRUPT';

export interface NewQuestion {
  readonly id: string;
  readonly content: string;
  /** Default: nothing is attached. */
  readonly attachments?: readonly MessageAttachment[] | undefined;
}

export interface TurnToStore {
  readonly identity: Identity;
  readonly conversationId: string;
  readonly idempotencyKey: string;
  readonly requestHash: string;
  readonly onBusy: BusyPolicy;
  /** Whether `parentId` must still be the head. */
  readonly followsHead: boolean;
  readonly parentId: string | undefined;
  /** The stored question that gets another reply, or a new one. */
  readonly question: Message | NewQuestion;
  readonly replyId: string;
  /** The log id of the reply where it differs from `replyId`. */
  readonly logId?: string | undefined;
  readonly generation: Generation;
  readonly job: GenerationJob;
  /** Whether a reply in the job's history was still being written when the history was read. */
  readonly historyIsOpen: boolean;
}

export type StoreOutcome =
  | {
      readonly kind: 'stored';
      readonly question: Message;
      readonly reply: Message;
      /** The job to publish; empty while the reply waits for another one. */
      readonly outbox: readonly OutboxRow[];
      /** Log ids of replies to stop. */
      readonly interrupted: readonly string[];
    }
  /** Under `REJECT`, the log ids of replies in flight. */
  | { readonly kind: 'busy'; readonly running: readonly string[] }
  /** The conversation is deleted; the idempotency key is known by now; the head or the history has changed. */
  | { readonly kind: 'gone' | 'known' | 'moved' };

const idsSchema = z
  .string()
  .transform((text): unknown => JSON.parse(text))
  .or(z.array(z.unknown()))
  .pipe(z.array(z.string()));
const outcomeSchema = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.enum(['STORED', 'WAITING']),
    running: idsSchema,
    branch_id: z.string(),
    depth: z.number(),
    path_length: z.coerce.number(),
  }),
  z.object({ outcome: z.literal('BUSY'), running: idsSchema }),
  z.object({ outcome: z.enum(['GONE', 'KNOWN', 'MOVED']) }),
]);
const refusals = { GONE: 'gone', KNOWN: 'known', MOVED: 'moved' } as const;

const isNewQuestion = (question: TurnToStore['question']): question is NewQuestion => !('role' in question);
const attachmentsOf = (question: TurnToStore['question']): readonly MessageAttachment[] | null =>
  question.attachments?.length ? question.attachments : null;
const modelOf = ({ generation }: TurnToStore): string | null => generation.candidates[0]?.modelId ?? null;

const parametersOf = (turn: TurnToStore, row: OutboxRow, now: Date) => {
  const { identity, question, parentId, replyId, generation } = turn;
  const isNew = isNewQuestion(question);
  return {
    a_tenant: identity.tenantId,
    a_user: identity.userId,
    a_conversation: turn.conversationId,
    a_key: turn.idempotencyKey,
    a_hash: turn.requestHash,
    a_on_busy: turn.onBusy,
    a_follows_head: turn.followsHead,
    a_above: parentId ?? null,
    a_question: isNew ? question.id : null,
    a_content: isNew ? question.content : null,
    a_answer: replyId,
    a_model: modelOf(turn),
    a_generation: JSON.stringify(generation),
    a_now: now.toISOString(),
    a_outbox: row.id,
    a_routing_key: row.routingKey,
    a_job: JSON.stringify(row.body),
    a_history_open: turn.historyIsOpen,
    a_log: turn.logId ?? null,
  };
};

/**
 * The returned messages are composed here as store_turn stores them. The function does not return them, because each
 * question, and the candidates and tools of its reply, would come back over the connection on the path to the first
 * token. store-turn.test.ts compares the two.
 *
 * Rejects with a unique violation when the reply's id is taken in its tenant, or its log id in any tenant.
 */
export const storeTurn = async (database: Database, turn: TurnToStore): Promise<StoreOutcome> => {
  const { identity, question, parentId, generation, replyId } = turn;
  const now = new Date();
  const row = rowOfJob(turn.job);
  const parameters = parametersOf(turn, row, now);
  const attached = isNewQuestion(question) ? attachmentsOf(question) : null;
  const [found] = await callFunction(
    database,
    attached === null
      ? { name: 'conversations.store_turn', parameters }
      : {
          name: 'conversations.store_attached_turn',
          parameters: { ...parameters, a_attachments: JSON.stringify(attached) },
        },
  );
  const result = outcomeSchema.parse(found);
  if (result.outcome === 'BUSY') return { kind: 'busy', running: result.running };
  if (result.outcome !== 'STORED' && result.outcome !== 'WAITING') return { kind: refusals[result.outcome] };
  const waits = result.outcome === 'WAITING';
  const common = {
    tenantId: identity.tenantId,
    conversationId: turn.conversationId,
    branchId: result.branch_id,
    pathLength: result.path_length,
    finishReason: null,
    failure: null,
    attachments: null,
    toolCalls: null,
    reasoning: null,
    reuse: null,
    stopRequestedAt: null,
    logId: null,
    lastSeq: 0,
    createdAt: now,
  };
  const storedQuestion: Message = isNewQuestion(question)
    ? {
        ...common,
        id: question.id,
        parentId: parentId ?? null,
        depth: result.depth,
        role: 'USER',
        content: question.content,
        attachments: attached,
        status: 'COMPLETED',
        modelId: null,
        generation: null,
        dispatchedAt: null,
        completedAt: now,
      }
    : question;
  const reply: Message = {
    ...common,
    id: replyId,
    logId: turn.logId ?? null,
    parentId: question.id,
    depth: isNewQuestion(question) ? result.depth + 1 : result.depth,
    role: 'ASSISTANT',
    content: '',
    status: 'QUEUED',
    modelId: modelOf(turn),
    generation: waits ? generation : withoutTools(generation),
    dispatchedAt: waits ? null : now,
    completedAt: null,
  };
  return {
    kind: 'stored',
    question: storedQuestion,
    reply,
    outbox: waits ? [] : [row],
    interrupted: turn.onBusy === 'INTERRUPT' ? result.running : [],
  };
};

/** A time-ordered id, so that rows of the same time lie together in the index. */
export const newMessageId = (): string => uuidv7();
