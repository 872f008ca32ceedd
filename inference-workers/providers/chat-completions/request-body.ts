/**
 * The body of a chat-completions request. Invariant: without tools it is byte for byte what it would be if tools did
 * not exist, because some servers refuse fields that they do not know.
 */
import type {
  LanguageModelV4CallOptions,
  LanguageModelV4Message,
  LanguageModelV4ToolResultPart,
} from '@ai-sdk/provider';
import { base64Of } from '../wire/file-data.ts';
import { isStrictSchema } from '../wire/strict-schema.ts';

type AssistantContent = Extract<LanguageModelV4Message, { role: 'assistant' }>['content'];

const textOf = (content: readonly { readonly type: string; readonly text?: unknown }[]): string =>
  content.map((part) => (part.type === 'text' && typeof part.text === 'string' ? part.text : '')).join('');

const thoughtsOf = (content: AssistantContent): string =>
  content.map((part) => (part.type === 'reasoning' ? part.text : '')).join('');

/** @param hasThoughts whether the server takes back what the model thought before it called tools. */
const assistantMessage = (content: AssistantContent, hasThoughts: boolean) => {
  const text = textOf(content);
  const calls = content.flatMap((part) =>
    part.type === 'tool-call'
      ? [
          {
            id: part.toolCallId,
            type: 'function',
            function: { name: part.toolName, arguments: JSON.stringify(part.input) },
          },
        ]
      : [],
  );
  if (calls.length === 0) return { role: 'assistant', content: text };
  const thoughts = hasThoughts ? thoughtsOf(content) : '';
  return {
    role: 'assistant',
    content: text === '' ? null : text,
    ...(thoughts === '' ? {} : { reasoning_content: thoughts }),
    tool_calls: calls,
  };
};

type UserContent = Extract<LanguageModelV4Message, { role: 'user' }>['content'];

/** A list of parts only where there are pictures: some servers take nothing but a string. */
const userContent = (content: UserContent) => {
  const pictures = content.flatMap((part) => {
    const base64 = part.type === 'file' ? base64Of(part) : undefined;
    if (part.type !== 'file' || base64 === undefined) return [];
    return [{ type: 'image_url', image_url: { url: `data:${part.mediaType};base64,${base64}` } }];
  });
  const text = textOf(content);
  return pictures.length === 0 ? text : [...pictures, { type: 'text', text }];
};

const outputText = ({ output }: LanguageModelV4ToolResultPart): string =>
  output.type === 'text' || output.type === 'error-text' ? output.value : JSON.stringify(output);

const messagesOf = (message: LanguageModelV4Message, hasThoughts: boolean): readonly object[] => {
  switch (message.role) {
    case 'system':
      return [{ role: 'system', content: message.content }];
    case 'user':
      return [{ role: 'user', content: userContent(message.content) }];
    case 'assistant':
      return [assistantMessage(message.content, hasThoughts)];
    case 'tool':
      return message.content.flatMap((part) =>
        part.type === 'tool-result' ? [{ role: 'tool', tool_call_id: part.toolCallId, content: outputText(part) }] : [],
      );
  }
};

const toolsOf = ({ tools = [], toolChoice }: LanguageModelV4CallOptions) => {
  const functions = tools.flatMap((tool) =>
    tool.type === 'function'
      ? [
          {
            type: 'function',
            function: { name: tool.name, description: tool.description, parameters: tool.inputSchema },
          },
        ]
      : [],
  );
  if (functions.length === 0) return {};
  return toolChoice?.type === 'none' ? { tools: functions, tool_choice: 'none' } : { tools: functions };
};

type FormatType = 'json_schema' | 'json_object';

/** The schema in the form that the server is given; undefined where it gets none. */
const responseFormatOf = ({ responseFormat }: LanguageModelV4CallOptions, omitted: ReadonlySet<OptionalField>) => {
  if (responseFormat?.type !== 'json') return undefined;
  const { schema } = responseFormat;
  if (schema !== undefined && !omitted.has('response_format:json_schema')) {
    return { type: 'json_schema', json_schema: { name: 'reply', schema, strict: isStrictSchema(schema) } };
  }
  return omitted.has('response_format:json_object') ? undefined : { type: 'json_object' };
};

type Effort = NonNullable<LanguageModelV4CallOptions['reasoning']>;

/** Fields without which some models work, and with which they refuse a request. */
export type OptionalField =
  | 'max_tokens'
  | 'temperature'
  | 'stream_options'
  | 'reasoning_content'
  | `response_format:${FormatType}`
  | `reasoning_effort:${Effort}`;

/** Those that a request has. */
export const optionalFieldsOf = (call: LanguageModelV4CallOptions): OptionalField[] => [
  ...(call.maxOutputTokens === undefined ? [] : ['max_tokens' as const]),
  ...(call.temperature === undefined ? [] : ['temperature' as const]),
  ...(call.prompt.some(({ role, content }) => role === 'assistant' && thoughtsOf(content) !== '')
    ? ['reasoning_content' as const]
    : []),
  ...(call.reasoning === undefined ? [] : [`reasoning_effort:${call.reasoning}` as const]),
  ...(call.responseFormat?.type !== 'json'
    ? []
    : [
        ...(call.responseFormat.schema === undefined ? [] : ['response_format:json_schema' as const]),
        'response_format:json_object' as const,
      ]),
  'stream_options',
];

/**
 * @param model the provider's name for it.
 * @param omitted where `max_tokens` is one of them, the limit goes by the newer name.
 */
export const requestBody = (
  model: string,
  call: LanguageModelV4CallOptions,
  omitted: ReadonlySet<OptionalField>,
): string =>
  JSON.stringify({
    model,
    messages: call.prompt.flatMap((message) => messagesOf(message, !omitted.has('reasoning_content'))),
    ...toolsOf(call),
    [omitted.has('max_tokens') ? 'max_completion_tokens' : 'max_tokens']: call.maxOutputTokens,
    temperature: omitted.has('temperature') ? undefined : call.temperature,
    reasoning_effort: call.reasoning && omitted.has(`reasoning_effort:${call.reasoning}`) ? undefined : call.reasoning,
    response_format: responseFormatOf(call, omitted),
    stream: true,
    stream_options: omitted.has('stream_options') ? undefined : { include_usage: true },
  });
