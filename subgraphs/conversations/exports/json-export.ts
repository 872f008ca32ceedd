/**
 * Writes conversations as our JSON (transcripts/conversation-record.ts), piece by piece. It has everything: the whole
 * tree with all versions, tool calls, reasoning, routing, citations, attachments, and what each reply used.
 */
import type { Identity } from '#contracts/identity.ts';
import type { Conversation, Message } from '../entities.ts';
import { withoutTools } from '../entities.ts';
import { citationsOf } from '../messages/citations.ts';
import {
  type ConversationHead,
  type MessageRecord,
  recordFormat,
  recordVersion,
} from '../transcripts/conversation-record.ts';
import type { LoadUsage } from './billed-usage.ts';
import { type ReadServices, readAllMessages } from './read-messages.ts';

export interface ExportServices extends ReadServices {
  readonly loadUsage: LoadUsage;
}

/** What is exported in whose name. */
export interface ExportContext {
  readonly services: ExportServices;
  readonly identity: Identity;
  /** Called with the number of messages that were written since. */
  readonly onMessages: (count: number) => void;
}

export const openRecords = (): string =>
  `{"format":"${recordFormat}","version":${recordVersion},"exportedAt":"${new Date().toISOString()}","conversations":[`;
export const closeRecords = '\n]}\n';

const headOf = (conversation: Conversation): ConversationHead => ({
  id: conversation.id,
  title: conversation.title ?? null,
  modelPolicy: conversation.modelPolicy ?? null,
  systemPrompt: conversation.systemPrompt ?? null,
  budgetUsd: conversation.budgetUsd ?? null,
  pinned: conversation.pinned,
  archived: conversation.archived,
  createdAt: conversation.createdAt.toISOString(),
  updatedAt: conversation.updatedAt.toISOString(),
  headId: conversation.headId ?? null,
});

const routingOf = ({ generation }: Message): Pick<MessageRecord, 'routing' | 'responseFormat'> => {
  if (!generation) return { routing: null, responseFormat: null };
  const { routing, responseFormat } = withoutTools(generation);
  return {
    routing: routing ? { ...routing, policy: routing.policy ?? null, language: routing.language ?? null } : null,
    responseFormat: responseFormat ?? 'TEXT',
  };
};

const sourcesOf = (message: Message): Pick<MessageRecord, 'citations' | 'attachments'> => ({
  citations: citationsOf(message).map(({ index, fileId, fileName, page = null, heading, text: quote }) => ({
    ...{ index, fileId, fileName, page, heading, quote },
  })),
  attachments: (message.attachments ?? []).map(({ fileId, name, kind }) => ({ fileId, name, kind })),
});

const recordOf = (message: Message, usage: MessageRecord['usage']): MessageRecord => ({
  id: message.id,
  parentId: message.parentId ?? null,
  role: message.role,
  content: message.content,
  reasoning: message.reasoning ?? null,
  status: message.status,
  finishReason: message.finishReason ?? null,
  error: message.failure ?? null,
  modelId: message.modelId ?? null,
  ...routingOf(message),
  reuse: message.reuse ?? null,
  toolCalls: message.toolCalls?.map((call) => ({ ...call })) ?? null,
  ...sourcesOf(message),
  usage: usage ?? null,
  createdAt: message.createdAt.toISOString(),
  completedAt: message.completedAt?.toISOString() ?? null,
});

/** One conversation, without a comma before or after it. */
export async function* writeRecord(
  { services, identity, onMessages }: ExportContext,
  conversation: Conversation,
): AsyncGenerator<string> {
  yield `\n${JSON.stringify(headOf(conversation)).slice(0, -1)},"messages":[`;
  let isFirst = true;
  for await (const page of readAllMessages(services, conversation.tenantId, conversation.id)) {
    const replies = page.filter(({ role }) => role === 'ASSISTANT').map(({ id }) => id);
    const usage = await services.loadUsage(identity, replies);
    for (const message of page) {
      yield `${isFirst ? '' : ','}\n${JSON.stringify(recordOf(message, usage.get(message.id)))}`;
      isFirst = false;
    }
    onMessages(page.length);
  }
  yield ']}';
}
