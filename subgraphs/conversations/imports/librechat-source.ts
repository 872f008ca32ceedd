/**
 * Reads LibreChat's export of a conversation: a list of messages that name their parents, or a tree of messages within
 * messages (`recursive`). Its presets, endpoints and settings have no counterpart here; the instructions are kept.
 */
import { z } from 'zod';
import type { LeftOutReason } from '../transfer-entities.ts';
import { momentOf, type ReadSource, type SourceMessage, type SourceNode } from './source-conversation.ts';

const partSchema = z.object({
  type: z.string(),
  text: z.union([z.string(), z.object({ value: z.string() })]).nullish(),
  think: z.union([z.string(), z.object({ value: z.string() })]).nullish(),
});
const messageSchema = z.object({
  messageId: z.string(),
  parentMessageId: z.string().nullish(),
  isCreatedByUser: z.boolean().nullish(),
  sender: z.string().nullish(),
  text: z.string().nullish(),
  /** Of newer versions and of agents: texts, thoughts, calls of tools, pictures. */
  content: z.array(z.unknown()).nullish(),
  model: z.string().nullish(),
  createdAt: z.string().nullish(),
  error: z.boolean().nullish(),
  unfinished: z.boolean().nullish(),
  children: z.array(z.unknown()).nullish(),
});
type LibrechatMessage = z.infer<typeof messageSchema>;
const conversationSchema = z.object({
  conversationId: z.string(),
  title: z.string().nullish(),
  messages: z.array(z.unknown()).nullish(),
  messagesTree: z.array(z.unknown()).nullish(),
  options: z.object({ promptPrefix: z.string().nullish() }).nullish(),
});

/** The parent of a message at the root. */
const noParent = '00000000-0000-0000-0000-000000000000';

const plainText = (text: z.infer<typeof partSchema>['text']): string =>
  typeof text === 'string' ? text : (text?.value ?? '');

interface ReadParts {
  readonly text: string;
  readonly reasoning: string;
  /** Whether there was nothing else. */
  readonly isWhole: boolean;
}

const partsOf = ({ text, content }: LibrechatMessage): ReadParts => {
  if (content == null || content.length === 0) return { text: text ?? '', reasoning: '', isWhole: true };
  const parts = content.map((part) => partSchema.safeParse(part).data);
  const joined = (type: string, read: (part: z.infer<typeof partSchema>) => string): string =>
    parts.flatMap((part) => (part?.type === type ? [read(part)] : [])).join('\n\n');
  return {
    text: joined('text', (part) => plainText(part.text)) || (text ?? ''),
    reasoning: joined('think', (part) => plainText(part.think)),
    isWhole: parts.every((part) => part?.type === 'text' || part?.type === 'think'),
  };
};

const readMessage = (message: LibrechatMessage): SourceMessage | LeftOutReason => {
  const { text, reasoning, isWhole } = partsOf(message);
  if (text.trim() === '') return isWhole ? 'EMPTY' : 'NOT_TEXT';
  const isUser = message.isCreatedByUser ?? message.sender?.toLowerCase() === 'user';
  const isComplete = message.error !== true && message.unfinished !== true;
  const createdAt = momentOf(message.createdAt);
  return {
    role: isUser ? 'USER' : 'ASSISTANT',
    content: text,
    reasoning: reasoning === '' ? undefined : reasoning,
    status: isUser || isComplete ? 'COMPLETED' : 'PARTIAL',
    finishReason: isUser ? undefined : isComplete ? 'STOP' : 'ERROR',
    modelId: isUser ? undefined : (message.model ?? undefined),
    createdAt,
    completedAt: createdAt,
  };
};

/** All messages, of a list or of a tree, without recursion: a conversation is as deep as it is long. */
const nodesOf = (messages: readonly unknown[]): SourceNode[] => {
  const nodes: SourceNode[] = [];
  const waiting: { readonly given: unknown; readonly above: string | undefined }[] = messages
    .map((given) => ({ given, above: undefined }))
    .toReversed();
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const parsed = messageSchema.safeParse(next.given);
    if (!parsed.success) {
      nodes.push({ id: `unreadable ${nodes.length}`, parentId: undefined, leftOut: 'UNREADABLE' });
      continue;
    }
    const { data: message } = parsed;
    const { messageId: id, parentMessageId: parent } = message;
    const parentId = next.above ?? (parent == null || parent === noParent ? undefined : parent);
    const read = readMessage(message);
    nodes.push({ id, parentId, ...(typeof read === 'string' ? { leftOut: read } : { message: read }) });
    for (const given of (message.children ?? []).toReversed()) waiting.push({ given, above: id });
  }
  return nodes;
};

export const readLibrechat: ReadSource = (element) => {
  if (typeof element !== 'object' || element === null || !('conversationId' in element)) return undefined;
  if (!('messages' in element || 'messagesTree' in element)) return undefined;
  const conversation = conversationSchema.parse(element);
  const nodes = nodesOf(conversation.messagesTree ?? conversation.messages ?? []);
  const times = nodes.flatMap(({ message }) => message?.createdAt?.getTime() ?? []);
  return {
    source: 'LIBRECHAT',
    sourceId: conversation.conversationId,
    title: conversation.title ?? undefined,
    systemPrompt: conversation.options?.promptPrefix ?? undefined,
    createdAt: times.length === 0 ? undefined : new Date(times.reduce((one, other) => Math.min(one, other))),
    updatedAt: times.length === 0 ? undefined : new Date(times.reduce((one, other) => Math.max(one, other))),
    currentId: undefined,
    nodes,
  };
};
