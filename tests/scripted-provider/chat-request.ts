/** What a request to the scripted provider holds, and what of a script's tool calls is due in it. */
import { z } from 'zod';
import type { Script } from './script.ts';

const partSchema = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  image_url: z.object({ url: z.string() }).optional(),
});
const partsSchema = z.looseObject({ content: z.array(partSchema) });

/** A message of parts: its text, and the addresses of its pictures. */
const joinParts = (message: unknown): unknown => {
  const given = partsSchema.safeParse(message);
  if (!given.success) return message;
  const { content, ...rest } = given.data;
  const pictures = content.flatMap(({ image_url }) => (image_url ? [image_url.url] : []));
  return { ...rest, content: content.map(({ text = '' }) => text).join(''), pictures };
};

const textMessageSchema = z.looseObject({
  role: z.string(),
  content: z.string().nullable(),
  pictures: z.array(z.string()).optional(),
  tool_calls: z.array(z.looseObject({ id: z.string() })).optional(),
});
const messageSchema = z.preprocess(joinParts, textMessageSchema);

export const chatRequestSchema = z.looseObject({
  model: z.string(),
  stream: z.boolean().optional(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).optional(),
  messages: z.array(messageSchema),
  tools: z.array(z.looseObject({ type: z.literal('function') })).optional(),
  tool_choice: z.string().optional(),
  max_tokens: z.number().optional(),
  temperature: z.number().optional(),
});
export type ChatRequest = z.infer<typeof chatRequestSchema>;

/** Whether the model is told that its text is not what was asked for, and writes it again. */
const isCorrection = ({ role, content }: ChatRequest['messages'][number]): boolean =>
  role === 'user' && (content ?? '').startsWith('Your reply does not have the format');
export const isAskedAgain = ({ messages }: ChatRequest): boolean => messages.some(isCorrection);

/** The last question. One without a reply is joined to the next by a blank line: then the last with a script counts. */
export const promptOf = ({ messages }: ChatRequest): string => {
  const text = messages.findLast((message) => message.role === 'user' && !isCorrection(message))?.content ?? '';
  const last = text.lastIndexOf('\n\nscript:');
  return last === -1 ? text : text.slice(last + 2);
};

/** Whether the request is for the title of a conversation. */
export const asksForTitle = ({ messages }: ChatRequest): boolean =>
  messages[0]?.content?.startsWith('Write a title for the conversation') === true;

const sinceQuestion = ({ messages }: ChatRequest): ChatRequest['messages'] =>
  messages.slice(messages.findLastIndex(({ role }) => role === 'user') + 1);

/** Whether the response to this request is the script's calls. */
export const callsAreDue = (request: ChatRequest, { calls, steps }: Script): boolean =>
  calls.length > 0 &&
  request.tools !== undefined &&
  request.tool_choice !== 'none' &&
  sinceQuestion(request).filter(({ tool_calls }) => tool_calls !== undefined).length < steps;

/** What the tools said to this question: the reply begins with it. */
export const toolResultsOf = (request: ChatRequest): string =>
  sinceQuestion(request)
    .filter(({ role }) => role === 'tool')
    .map(({ content }) => `${content} `)
    .join('');
