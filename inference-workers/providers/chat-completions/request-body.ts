/**
 * The body of a chat-completions request. Invariant: without tools it is byte for byte what it would be if tools did
 * not exist, because some servers refuse fields that they do not know.
 */
import type {
  LanguageModelV4CallOptions,
  LanguageModelV4Message,
  LanguageModelV4ToolResultPart,
} from '@ai-sdk/provider';

type AssistantContent = Extract<LanguageModelV4Message, { role: 'assistant' }>['content'];

const textOf = (content: readonly { readonly type: string; readonly text?: unknown }[]): string =>
  content.map((part) => (part.type === 'text' && typeof part.text === 'string' ? part.text : '')).join('');

const assistantMessage = (content: AssistantContent) => {
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
  return calls.length === 0
    ? { role: 'assistant', content: text }
    : { role: 'assistant', content: text === '' ? null : text, tool_calls: calls };
};

const outputText = ({ output }: LanguageModelV4ToolResultPart): string =>
  output.type === 'text' || output.type === 'error-text' ? output.value : JSON.stringify(output);

const messagesOf = (message: LanguageModelV4Message): readonly object[] => {
  switch (message.role) {
    case 'system':
      return [{ role: 'system', content: message.content }];
    case 'user':
      return [{ role: 'user', content: textOf(message.content) }];
    case 'assistant':
      return [assistantMessage(message.content)];
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

/** @param model the provider's name for it. */
export const requestBody = (model: string, call: LanguageModelV4CallOptions): string =>
  JSON.stringify({
    model,
    messages: call.prompt.flatMap(messagesOf),
    ...toolsOf(call),
    max_tokens: call.maxOutputTokens,
    temperature: call.temperature,
    stream: true,
    stream_options: { include_usage: true },
  });
