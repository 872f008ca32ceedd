/**
 * Reads a conversation of ChatGPT's `conversations.json`: `mapping` is a tree of nodes, some without a message, and
 * `current_node` the end of the branch that was shown. What tools and the system said is between the messages of the
 * tree and is left out; so are pictures and recordings, whose bytes are not in the file.
 */
import { z } from 'zod';
import type { LeftOutReason } from '../transfer-entities.ts';
import { momentOf, type ReadSource, type SourceMessage, type SourceNode } from './source-conversation.ts';

const contentSchema = z.object({
  content_type: z.string(),
  /** Texts, and objects that stand for pictures and recordings. */
  parts: z.array(z.unknown()).nullish(),
  /** Of code and of the output of programs. */
  text: z.string().nullish(),
  language: z.string().nullish(),
  /** Of thoughts. */
  thoughts: z.array(z.object({ summary: z.string().nullish(), content: z.string().nullish() })).nullish(),
});
const messageSchema = z.object({
  author: z.object({ role: z.string() }),
  create_time: z.number().nullish(),
  content: contentSchema,
  status: z.string().nullish(),
  recipient: z.string().nullish(),
  metadata: z
    .object({ model_slug: z.string().nullish(), is_visually_hidden_from_conversation: z.boolean().nullish() })
    .nullish(),
});
type ChatgptMessage = z.infer<typeof messageSchema>;
const nodeSchema = z.object({ parent: z.string().nullish(), message: z.unknown() });
const conversationSchema = z.object({
  title: z.string().nullish(),
  create_time: z.number().nullish(),
  update_time: z.number().nullish(),
  mapping: z.record(z.string(), nodeSchema),
  current_node: z.string().nullish(),
  conversation_id: z.string().nullish(),
  id: z.string().nullish(),
  is_archived: z.boolean().nullish(),
});

const ofSeconds = (seconds: number | null | undefined): Date | undefined =>
  momentOf(seconds == null ? undefined : seconds * 1000);

/** The text of a message, and whether it had anything else. */
const textOf = ({ content }: ChatgptMessage): { readonly text: string; readonly isWhole: boolean } => {
  if (content.content_type === 'code') {
    const language = content.language === 'unknown' ? '' : (content.language ?? '');
    return { text: `\`\`\`${language}\n${content.text ?? ''}\n\`\`\``, isWhole: true };
  }
  const parts = content.parts ?? (content.text == null ? [] : [content.text]);
  const texts = parts.filter((part) => typeof part === 'string');
  return { text: texts.join('\n\n'), isWhole: texts.length === parts.length };
};

const thoughtsOf = ({ content }: ChatgptMessage): string | undefined =>
  content.content_type === 'thoughts'
    ? (content.thoughts ?? []).map((thought) => thought.content ?? thought.summary ?? '').join('\n\n')
    : undefined;

const roles: Readonly<Record<string, SourceMessage['role']>> = { user: 'USER', assistant: 'ASSISTANT' };

const readMessage = (given: unknown): SourceMessage | LeftOutReason | undefined => {
  if (given == null) return undefined;
  const parsed = messageSchema.safeParse(given);
  if (!parsed.success) return 'UNREADABLE';
  const { data: message } = parsed;
  const role = roles[message.author.role];
  const isHidden = message.metadata?.is_visually_hidden_from_conversation === true;
  // What a model says to a tool, and what a tool or the system says, people were not shown as messages.
  if (isHidden || role === undefined || (message.recipient ?? 'all') !== 'all') return 'NOT_A_MESSAGE';
  if (thoughtsOf(message) !== undefined || message.content.content_type === 'reasoning_recap') return 'NOT_A_MESSAGE';
  const { text, isWhole } = textOf(message);
  if (text.trim() === '') return isWhole ? 'EMPTY' : 'NOT_TEXT';
  const createdAt = ofSeconds(message.create_time);
  const isComplete = message.status == null || message.status === 'finished_successfully';
  return {
    role,
    content: text,
    status: isComplete ? 'COMPLETED' : 'PARTIAL',
    finishReason: role === 'ASSISTANT' ? (isComplete ? 'STOP' : 'ERROR') : undefined,
    modelId: role === 'ASSISTANT' ? (message.metadata?.model_slug ?? undefined) : undefined,
    createdAt,
    completedAt: createdAt,
  };
};

const nodeOf = ([id, { parent, message }]: [string, z.infer<typeof nodeSchema>]): SourceNode => {
  const place = { id, parentId: parent ?? undefined };
  const read = readMessage(message);
  if (read === undefined) return place;
  return typeof read === 'string' ? { ...place, leftOut: read } : { ...place, message: read };
};

export const readChatgpt: ReadSource = (element) => {
  if (typeof element !== 'object' || element === null || !('mapping' in element)) return undefined;
  const conversation = conversationSchema.parse(element);
  const sourceId = conversation.conversation_id ?? conversation.id;
  if (sourceId == null) throw new Error('a conversation has no id');
  return {
    source: 'CHATGPT',
    sourceId,
    title: conversation.title ?? undefined,
    archived: conversation.is_archived ?? undefined,
    createdAt: ofSeconds(conversation.create_time),
    updatedAt: ofSeconds(conversation.update_time),
    currentId: conversation.current_node ?? undefined,
    nodes: Object.entries(conversation.mapping).map(nodeOf),
  };
};
