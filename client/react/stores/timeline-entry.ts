/**
 * A message as a timeline shows it: as it is stored, or as its stream is at the moment. Invariant: an entry that did
 * not change stays the same object, so that its row need not be rendered again.
 */
import {
  failureOf,
  isFinal,
  type MessageUsage,
  type MessageView,
  type ParlanceFault,
  type TimelineMessage,
  type ToolCall,
} from '@parlance/client';

export interface TimelineEntry {
  /** For React: stays the same from the moment at which the message is first shown. */
  readonly key: string;
  /** Undefined for a question that the server does not have yet. */
  readonly id: string | undefined;
  readonly role: TimelineMessage['role'];
  /** The whole text so far. */
  readonly content: string;
  /** Ids of the files that came with a question. */
  readonly attachmentIds: readonly string[];
  /** What the model has shown of its thinking so far; empty where it has shown nothing. */
  readonly reasoning: string;
  readonly status: TimelineMessage['status'];
  readonly finishReason: TimelineMessage['finishReason'];
  /** By which cache the reply was served, if it was written before. */
  readonly reuse: TimelineMessage['reuse'];
  /** The format that the reply was asked for. */
  readonly responseFormat: TimelineMessage['responseFormat'];
  readonly createdAt: string;
  readonly completedAt: string | null;
  readonly parentId: string | null;
  /** Ids of all alternatives at this place, oldest first, this one included. */
  readonly siblingIds: readonly string[];
  readonly modelId: string | undefined;
  readonly toolCalls: readonly ToolCall[];
  /** Why there is no reply, with status FAILED. */
  readonly failure: ParlanceFault | undefined;
  /** Comes a moment after the end of a reply. */
  readonly usage: MessageUsage | null;
  /** Comes a moment after the end of a message. */
  readonly moderation: TimelineMessage['moderation'];
  /** Position in the stream. */
  readonly seq: number;
  /** The text may be behind, because the server cannot be reached. The store keeps trying. */
  readonly isInterrupted: boolean;
  /** Being sent: the server does not have it yet. */
  readonly isPending: boolean;
}

/** @param key the id, unless the message was shown before it had one. */
export const entryOf = (message: TimelineMessage, key = message.id): TimelineEntry => ({
  key,
  id: message.id,
  role: message.role,
  content: message.content,
  attachmentIds: message.attachmentIds,
  reasoning: message.reasoning ?? '',
  status: message.status,
  finishReason: message.finishReason,
  reuse: message.reuse,
  responseFormat: message.responseFormat,
  createdAt: message.createdAt,
  completedAt: message.completedAt,
  parentId: message.parent?.id ?? null,
  siblingIds: message.siblings.map(({ id }) => id),
  modelId: message.model?.id,
  toolCalls: message.toolCalls,
  failure: message.error ? failureOf(message.error) : undefined,
  usage: message.usage,
  moderation: message.moderation,
  seq: message.lastSeq,
  isInterrupted: false,
  isPending: false,
});

/** The entry as its stream shows it now. */
export const withView = (entry: TimelineEntry, view: MessageView): TimelineEntry => ({
  ...entry,
  content: view.text,
  reasoning: view.reasoning,
  status: view.status,
  finishReason: view.finishReason ?? entry.finishReason,
  reuse: view.reuse ?? entry.reuse,
  toolCalls: view.toolCalls,
  modelId: view.modelId ?? entry.modelId,
  failure: view.failure,
  usage: view.usage ?? entry.usage,
  seq: view.seq,
  isInterrupted: view.isInterrupted,
});

/** The stored entry on top of the one that is shown: the same object where nothing is new. */
export const mergeEntry = (shown: TimelineEntry, stored: TimelineEntry): TimelineEntry => {
  const isAhead = shown.seq > stored.seq && !isFinal(stored.status);
  const { content, reasoning, status, toolCalls, seq, modelId, isInterrupted } = shown;
  const streamed = isAhead ? { content, reasoning, status, toolCalls, seq, modelId, isInterrupted } : {};
  const merged: TimelineEntry = {
    ...stored,
    usage: stored.usage ?? shown.usage,
    moderation: stored.moderation ?? shown.moderation,
    ...streamed,
    key: shown.key,
  };
  return JSON.stringify(merged) === JSON.stringify(shown) ? shown : merged;
};

export const isRunning = ({ role, status }: TimelineEntry): boolean => role === 'ASSISTANT' && !isFinal(status);

/** A question as it is shown before the server has it. */
export const pendingQuestion = (
  key: string,
  content: string,
  attachmentIds: readonly string[] = [],
): TimelineEntry => ({
  key,
  id: undefined,
  role: 'USER',
  content,
  attachmentIds,
  reasoning: '',
  status: 'COMPLETED',
  finishReason: null,
  reuse: null,
  responseFormat: 'TEXT',
  createdAt: new Date().toISOString(),
  completedAt: null,
  parentId: null,
  siblingIds: [],
  modelId: undefined,
  toolCalls: [],
  failure: undefined,
  usage: null,
  moderation: null,
  seq: 0,
  isInterrupted: false,
  isPending: true,
});

/** A reply as it is shown before the server has its question. */
export const pendingReply = (id: string): TimelineEntry => ({
  ...pendingQuestion(id, ''),
  id,
  role: 'ASSISTANT',
  status: 'QUEUED',
  siblingIds: [id],
});
