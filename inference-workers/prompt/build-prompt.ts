/**
 * Turns a job's history into the prompt of one model: system messages first, then as many of the newest messages as fit,
 * whole, beginning with one of the user. Invariants: the same history and limits give the same bytes; what users, assistants
 * and tools wrote stays in its role; the message to answer is never cut, so one that does not fit is CONTEXT_TOO_LONG.
 */
import type { LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider';
import { AppError } from '#kernel/errors.ts';
import type { PromptMessage } from '#kernel/messages/generation-job.ts';
import type { CountTokens } from '../providers/registry.ts';
import { disarmRoleMarkers } from './role-markers.ts';

export interface PromptLimits {
  /** Tokens of prompt and answer together. */
  readonly contextWindow: number;
  /** Tokens kept free for the answer. */
  readonly maxOutputTokens: number;
  readonly countTokens: CountTokens;
}

export interface Prompt {
  readonly messages: LanguageModelV4Prompt;
  /** Messages of the history that did not fit. */
  readonly dropped: number;
  /** Tokens of the messages. Counted when asked: a history that fits for certain is never counted. */
  countInputTokens(): number;
}

/** Tokens around each message and before the answer, as OpenAI states for its chat format; other formats are near it. */
const tokensPerMessage = 4;
const tokensBeforeAnswer = 3;

/** What a tool said is somebody else's text: it goes in the user's role, and says what it is. */
const toModelMessage = ({ role, content }: PromptMessage): LanguageModelV4Message => {
  if (role === 'SYSTEM') return { role: 'system', content };
  const text = disarmRoleMarkers(content);
  if (role === 'ASSISTANT') return { role: 'assistant', content: [{ type: 'text', text }] };
  return { role: 'user', content: [{ type: 'text', text: role === 'TOOL' ? `Result of a tool:\n${text}` : text }] };
};

const textOf = (message: LanguageModelV4Message): string =>
  typeof message.content === 'string'
    ? message.content
    : message.content.map((part) => (part.type === 'text' ? part.text : '')).join('');

const tooLong = (): AppError =>
  new AppError(
    'CONTEXT_TOO_LONG',
    'The message is too long for this model. Shorten it, or choose a model with a larger context window.',
  );

/** @param prefix what the assistant has said already; the model goes on after it. Empty for an answer from its beginning. */
export const buildPrompt = (history: readonly PromptMessage[], limits: PromptLimits, prefix = ''): Prompt => {
  const system = history.filter(({ role }) => role === 'SYSTEM').map(toModelMessage);
  const turns = history.filter(({ role }) => role !== 'SYSTEM').map(toModelMessage);
  const prefilled: LanguageModelV4Message[] =
    prefix === '' ? [] : [{ role: 'assistant', content: [{ type: 'text', text: prefix }] }];
  const count = (message: LanguageModelV4Message): number => limits.countTokens(textOf(message)) + tokensPerMessage;
  const countAll = (messages: readonly LanguageModelV4Message[]): number =>
    messages.reduce((sum, message) => sum + count(message), tokensBeforeAnswer);

  const room = limits.contextWindow - limits.maxOutputTokens;
  const fits = (): LanguageModelV4Message[] => {
    const whole = [...system, ...turns, ...prefilled];
    // A token is at least one byte, so a text of fewer bytes than the room fits without a count.
    const bytes = whole.reduce(
      (sum, one) => sum + Buffer.byteLength(textOf(one)) + tokensPerMessage,
      tokensBeforeAnswer,
    );
    if (bytes <= room) return turns;
    let left = room - countAll([...system, ...prefilled]);
    let first = turns.length;
    for (let index = turns.length - 1; index >= 0; index -= 1) {
      const turn = turns[index];
      if (turn === undefined) break;
      left -= count(turn);
      if (left < 0) break;
      first = index;
    }
    const kept = turns.slice(first);
    const opening = kept.findIndex(({ role }) => role === 'user');
    return opening === -1 ? [] : kept.slice(opening);
  };
  const kept = fits();
  if (kept.length === 0) throw tooLong();
  const messages = [...system, ...kept, ...prefilled];
  return { messages, dropped: turns.length - kept.length, countInputTokens: () => countAll(messages) };
};
