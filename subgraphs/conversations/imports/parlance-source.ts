/** Reads our own JSON (transcripts/conversation-record.ts), which an export of this or another Parlance wrote. */
import { z } from 'zod';
import { toErrorCode } from '#contracts/error-codes.ts';
import { finishReasons, toolCallRecordSchema } from '#contracts/stream-event.ts';
import { messageStatuses } from '../entities.ts';
import { conversationRecordSchema, type MessageRecord } from '../transcripts/conversation-record.ts';
import { momentOf, type ReadSource, type SourceMessage, type SourceNode } from './source-conversation.ts';

const statusSchema = z.enum(messageStatuses);
const finishReasonSchema = z.enum(finishReasons);

/** What was being written when it was exported will never be ended. */
const settled = (status: string): SourceMessage['status'] => {
  const known = statusSchema.safeParse(status).data ?? 'PARTIAL';
  return known === 'QUEUED' || known === 'STREAMING' ? 'PARTIAL' : known;
};

const messageOf = (record: MessageRecord, role: SourceMessage['role']): SourceMessage => ({
  role,
  content: record.content,
  reasoning: record.reasoning ?? undefined,
  status: settled(record.status),
  finishReason: finishReasonSchema.safeParse(record.finishReason).data,
  failure: record.error ? { ...record.error, code: toErrorCode(record.error.code) } : undefined,
  modelId: record.modelId ?? undefined,
  toolCalls: record.toolCalls?.flatMap((call) => toolCallRecordSchema.safeParse(call).data ?? []),
  createdAt: momentOf(record.createdAt),
  completedAt: momentOf(record.completedAt),
});

const nodeOf = (record: MessageRecord): SourceNode => {
  const place = { id: record.id, parentId: record.parentId ?? undefined };
  if (record.role !== 'USER' && record.role !== 'ASSISTANT') return { ...place, leftOut: 'NOT_A_MESSAGE' };
  return { ...place, message: messageOf(record, record.role) };
};

export const readParlance: ReadSource = (element) => {
  const { messages, ...head } = conversationRecordSchema.parse(element);
  return {
    source: 'PARLANCE',
    sourceId: head.id,
    title: head.title ?? undefined,
    systemPrompt: head.systemPrompt ?? undefined,
    modelPolicy: head.modelPolicy ?? undefined,
    budgetUsd: head.budgetUsd ?? undefined,
    pinned: head.pinned,
    archived: head.archived,
    createdAt: momentOf(head.createdAt),
    updatedAt: momentOf(head.updatedAt),
    currentId: head.headId ?? undefined,
    nodes: messages.map(nodeOf),
  };
};
