/** The bytes of OpenAI's chat-completions streaming format, with the events of words made once and kept. */
import type { Script } from './script.ts';
import { wordAt } from './script.ts';

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

export const textEvent = (text: string): string => event(choice({ content: text }));
export const roleEvent = event(choice({ role: 'assistant', content: '' }));
export const garbageEvent = 'data: {"choices":[{"delta":\n\n';

export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number };
}

/** Made-up but fixed: a test can tell them from counted ones. */
export const usageOf = (script: Script, told = 0): Usage => ({
  prompt_tokens: 1000,
  completion_tokens: script.tokens - told,
  total_tokens: 1000 + script.tokens - told,
  prompt_tokens_details: { cached_tokens: 400 },
});

/** What comes after the last word. @param told words that the prompt ended with, so that the answer goes on after them. */
export const closingEvents = (script: Script, tellsUsage: boolean, told: number): string =>
  event(choice({}, script.finish)) +
  (tellsUsage && script.usage === 'yes' ? event({ choices: [], usage: usageOf(script, told) }) : '') +
  'data: [DONE]\n\n';

/** The body of an error answer. */
export const errorBody = (script: Script): string =>
  JSON.stringify({
    error:
      script.error === 'context'
        ? {
            message: "This model's maximum context length is 8 tokens.",
            type: 'invalid_request_error',
            code: 'context_length_exceeded',
          }
        : { message: 'Scripted failure of secret-host-7.', type: 'server_error', code: null },
  });
