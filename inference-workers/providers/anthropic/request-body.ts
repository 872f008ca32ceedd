/**
 * The body of a request to Anthropic's Messages API. Invariant: roles alternate, because results of tools are messages
 * of the user there; no text is empty; the text that the model continues does not end with white space, which the API
 * refuses. What the next request is likely to begin with is marked for the cache of the provider.
 */
import type {
  LanguageModelV4CallOptions,
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ReasoningPart,
  LanguageModelV4ToolResultPart,
} from '@ai-sdk/provider';
import { base64Of } from '../wire/file-data.ts';
import { isStrictSchema } from '../wire/strict-schema.ts';
import { thinkingBudget } from '../wire/thinking-budget.ts';

/** Fields with which some models refuse a request. */
export type OptionalField = 'temperature' | 'cache_control' | 'thinking' | 'output_config';

/** The API demands a limit. */
const defaultMaxTokens = 4_096;

/**
 * The thoughts of the last message of the assistant that are signed. With thoughts switched on, the API wants that
 * message to begin with them.
 */
const beginsWithThoughts = (prompt: LanguageModelV4Prompt): boolean => {
  const asked = prompt.findLast(({ role }) => role === 'assistant');
  const [first] = asked?.role === 'assistant' ? asked.content : [];
  return first?.type === 'reasoning' && thoughtBlock(first) !== undefined;
};

/**
 * Tokens that the model may think; undefined where it may not. The API takes no thoughts where the request continues a
 * text, nor after calls of tools whose step began without them.
 */
const thinkingBudgetOf = ({
  reasoning,
  prompt,
  maxOutputTokens = defaultMaxTokens,
}: LanguageModelV4CallOptions): number | undefined => {
  const last = prompt.at(-1)?.role;
  if (last !== 'user' && !(last === 'tool' && beginsWithThoughts(prompt))) return undefined;
  return thinkingBudget(reasoning, maxOutputTokens);
};

/** The schema that the API holds the model to; undefined where there is none that it takes. */
const strictSchemaOf = ({ responseFormat }: LanguageModelV4CallOptions) =>
  responseFormat?.type === 'json' && isStrictSchema(responseFormat.schema) ? responseFormat.schema : undefined;

/** Those that a request has. */
export const optionalFieldsOf = (call: LanguageModelV4CallOptions): OptionalField[] => [
  ...(call.temperature === undefined ? [] : ['temperature' as const]),
  ...(thinkingBudgetOf(call) === undefined ? [] : ['thinking' as const]),
  ...(strictSchemaOf(call) === undefined ? [] : ['output_config' as const]),
  'cache_control',
];

/**
 * Asks the API to keep everything up to here for five minutes. A write costs a quarter more than plain input, a read a
 * tenth of it. The API ignores the mark where there is less than about a thousand tokens.
 */
const keptInCache = { cache_control: { type: 'ephemeral' } } as const;

type ThoughtBlock =
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | { readonly type: 'redacted_thinking'; readonly data: string };
type Block = (
  | ThoughtBlock
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'image';
      readonly source: { readonly type: 'base64'; readonly media_type: string; readonly data: string };
    }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: unknown }
  | { readonly type: 'tool_result'; readonly tool_use_id: string; readonly content: string }
) & { readonly cache_control?: (typeof keptInCache)['cache_control'] };
interface Message {
  readonly role: 'user' | 'assistant';
  readonly content: readonly Block[];
}

const outputText = ({ output }: LanguageModelV4ToolResultPart): string =>
  output.type === 'text' || output.type === 'error-text' ? output.value : JSON.stringify(output);

/** As the API wrote it; undefined where another provider did, or it is not signed. */
const thoughtBlock = ({ text, providerOptions }: LanguageModelV4ReasoningPart): ThoughtBlock | undefined => {
  const { signature, redactedData: data } = providerOptions?.['anthropic'] ?? {};
  if (typeof data === 'string') return { type: 'redacted_thinking', data };
  return typeof signature === 'string' ? { type: 'thinking', thinking: text, signature } : undefined;
};

const blocksOf = (
  message: Exclude<LanguageModelV4Message, { role: 'system' }>,
  hasThoughts: boolean,
): readonly Block[] =>
  message.content.flatMap((part): Block[] => {
    if (part.type === 'reasoning') return hasThoughts ? [thoughtBlock(part) ?? []].flat() : [];
    if (part.type === 'text') return part.text.trim() === '' ? [] : [{ type: 'text', text: part.text }];
    if (part.type === 'file') {
      const data = base64Of(part);
      const source = { type: 'base64' as const, media_type: part.mediaType, data: data ?? '' };
      return data === undefined ? [] : [{ type: 'image', source }];
    }
    if (part.type === 'tool-call') {
      return [{ type: 'tool_use', id: part.toolCallId, name: part.toolName, input: part.input }];
    }
    if (part.type !== 'tool-result') return [];
    return [{ type: 'tool_result', tool_use_id: part.toolCallId, content: outputText(part) }];
  });

/** @param hasThoughts whether the model thinks on, and so gets back what it thought. */
const messagesOf = (prompt: LanguageModelV4Prompt, hasThoughts: boolean): readonly Message[] => {
  const messages: Message[] = [];
  for (const message of prompt) {
    if (message.role === 'system') continue;
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const content = blocksOf(message, hasThoughts);
    const last = messages.at(-1);
    if (last?.role === role) messages[messages.length - 1] = { role, content: [...last.content, ...content] };
    else if (content.length > 0) messages.push({ role, content });
  }
  return messages;
};

/** Without the white space at the end of the text that the model continues. */
const trimEnd = (messages: readonly Message[]): readonly Message[] => {
  const last = messages.at(-1);
  const block = last?.role === 'assistant' ? last.content.at(-1) : undefined;
  if (last === undefined || block?.type !== 'text') return messages;
  const content = [...last.content.slice(0, -1), { ...block, text: block.text.trimEnd() }];
  return [...messages.slice(0, -1), { ...last, content }];
};

/**
 * Marks the last message of the user, once a conversation or its tools have gone on, and so are likely to go on again.
 * The first question is not marked: many are the only one.
 */
const markEnd = (messages: readonly Message[]): readonly Message[] => {
  const at = messages.findLastIndex(({ role }) => role === 'user');
  const last = messages[at];
  const block = last?.content.at(-1);
  if (last === undefined || block === undefined || !messages.slice(0, at).some(({ role }) => role === 'assistant')) {
    return messages;
  }
  return messages.with(at, { ...last, content: last.content.with(-1, { ...block, ...keptInCache }) });
};

const markLast = <Definition>(definitions: readonly Definition[]): readonly Definition[] => {
  const last = definitions.at(-1);
  return last === undefined ? [] : definitions.with(-1, { ...last, ...keptInCache });
};

const systemOf = (text: string, marks: boolean) => {
  if (text === '') return {};
  return { system: marks ? [{ type: 'text', text, ...keptInCache }] : text };
};

const toolsOf = ({ tools = [], toolChoice }: LanguageModelV4CallOptions, marks: boolean) => {
  const functions = tools.flatMap((tool) =>
    tool.type === 'function'
      ? [{ name: tool.name, description: tool.description, input_schema: tool.inputSchema }]
      : [],
  );
  if (functions.length === 0) return {};
  const definitions = marks ? markLast(functions) : functions;
  return toolChoice?.type === 'none' ? { tools: definitions, tool_choice: { type: 'none' } } : { tools: definitions };
};

/** @param model the provider's name for it. */
export const requestBody = (
  model: string,
  call: LanguageModelV4CallOptions,
  omitted: ReadonlySet<OptionalField>,
): string => {
  const system = call.prompt.flatMap((message) => (message.role === 'system' ? [message.content] : [])).join('\n\n');
  const marks = !omitted.has('cache_control');
  const { maxOutputTokens: max_tokens = defaultMaxTokens } = call;
  const budget = omitted.has('thinking') ? undefined : thinkingBudgetOf(call);
  const messages = trimEnd(messagesOf(call.prompt, budget !== undefined));
  // The API takes no temperature together with thoughts.
  const temperature = omitted.has('temperature') || budget !== undefined ? undefined : call.temperature;
  const schema = omitted.has('output_config') ? undefined : strictSchemaOf(call);
  return JSON.stringify({
    model,
    max_tokens,
    ...systemOf(system, marks),
    messages: marks ? markEnd(messages) : messages,
    // Tools come before the instructions, so the mark of these covers them.
    ...toolsOf(call, marks && system === ''),
    // Other providers go up to 2.
    temperature: temperature === undefined ? undefined : Math.min(1, temperature),
    thinking: budget === undefined ? undefined : { type: 'enabled', budget_tokens: budget },
    output_config: schema === undefined ? undefined : { format: { type: 'json_schema', schema } },
    stream: true,
  });
};
