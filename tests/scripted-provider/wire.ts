/** The bytes of OpenAI's chat-completions streaming format, with the events of words made once and kept. */
import type { Script } from './script.ts';
import { thoughtAt, wordAt } from './script.ts';

const base = { id: 'chatcmpl-scripted', object: 'chat.completion.chunk', created: 0, model: 'scripted' };
const event = (body: object): string => `data: ${JSON.stringify({ ...base, ...body })}\n\n`;
const choice = (delta: object, finish: string | null = null) => ({
  choices: [{ index: 0, delta, finish_reason: finish }],
});

const words: string[] = [];

/** The event of the word at an index. */
export const wordEvent = (index: number): string => {
  words[index] ??= event(choice({ content: wordAt(index) }));
  return words[index];
};

/** The event of the reasoning's word at an index, of so many. In tags, the first and the last one bring the tags. */
export const thoughtEvent = (index: number, { reasoning, thoughts }: Script): string => {
  const word = thoughtAt(index);
  if (thoughts === 'apart') return event(choice({ reasoning_content: word }));
  const opening = index === 0 ? '<think>\n' : '';
  const closing = index === reasoning - 1 ? '\n</think>\n\n' : '';
  return event(choice({ content: opening + word + closing }));
};

export const textEvent = (text: string): string => event(choice({ content: text }));
export const roleEvent = event(choice({ role: 'assistant', content: '' }));
export const garbageEvent = 'data: {"choices":[{"delta":\n\n';

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
  readonly completion_tokens_details?: { readonly reasoning_tokens: number };
}

/** Made-up but fixed, except what was said: a test can distinguish them from counted ones. */
export const usageOf = (outputTokens: number, reasoning = 0): Usage => ({
  prompt_tokens: 1000,
  completion_tokens: outputTokens + reasoning,
  total_tokens: 1000 + outputTokens + reasoning,
  prompt_tokens_details: { cached_tokens: 400 },
  ...(reasoning === 0 ? {} : { completion_tokens_details: { reasoning_tokens: reasoning } }),
});

/** Output tokens of a call, made-up but fixed. */
export const tokensPerCall = 10;

interface ScriptedCall {
  readonly name: string;
  readonly arguments: string;
}

/**
 * The events of the calls: each with its name first, then its arguments in two pieces; the last one without the second
 * where it is torn.
 */
export const callEvents = (calls: readonly ScriptedCall[], torn: boolean): string =>
  calls
    .flatMap(({ name, arguments: text }, index) => {
      const id = `call_${crypto.randomUUID()}`;
      const half = Math.ceil(text.length / 2);
      const pieces =
        torn && index === calls.length - 1 ? [text.slice(0, half)] : [text.slice(0, half), text.slice(half)];
      return [
        { index, id, type: 'function', function: { name, arguments: '' } },
        ...pieces.map((piece) => ({ index, function: { arguments: piece } })),
      ];
    })
    .map((call) => event(choice({ tool_calls: [call] })))
    .join('');

/** What comes after the last word or call. @param usage JSON text; undefined where it is not reported. */
export const closingEvents = (finish: Script['finish'] | 'tool_calls', usage: string | undefined): string => {
  const toldUsage =
    usage === undefined ? '' : event({ choices: [], usage: null }).replace('"usage":null', `"usage":${usage}`);
  return `${event(choice({}, finish))}${toldUsage}data: [DONE]\n\n`;
};

/** The body of an error reply. It quotes the prompt, as some providers do. */
export const errorBody = (script: Script, prompt: string): string =>
  JSON.stringify({
    error:
      script.error === 'context'
        ? {
            message: "This model's maximum context length is 8 tokens.",
            type: 'invalid_request_error',
            code: 'context_length_exceeded',
          }
        : { message: `Scripted failure of secret-host-7 for "${prompt}".`, type: 'server_error', code: null },
  });
