/**
 * Screens the tool calls of a reply: complete arguments before a tool runs, and results before a model reads them.
 * Invariant: what is blocked is in no event and no prompt. The call has FAILED then, with a sentence for the model and
 * the reader, and the reply goes on.
 */
import { nestsTooDeep } from '#kernel/json-nesting.ts';
import type { BlockedText } from './output-refusal.ts';
import type { OutputScreen } from './output-screen.ts';

/** What the log has in place of arguments that are blocked. */
export const withheldArguments = '{}';
/** The result of a call whose arguments, or whose result, are blocked. */
const sentences = {
  arguments: 'CONTENT_BLOCKED: The arguments break the rules of the organization, so the tool was not called.',
  result: 'CONTENT_BLOCKED: The result of the tool breaks the rules of the organization, and is withheld.',
  unknown: 'MODERATION_UNAVAILABLE: The call cannot be checked at the moment, so it is withheld. Call it again later.',
} as const;

export interface CallScreening {
  /** The sentence in place of a text that is blocked, or cannot be checked. What is blocked has been reported. */
  refusal(text: string, kind: 'arguments' | 'result'): Promise<string | undefined>;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Keys and texts of a JSON value, one after another. */
const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  return isObject(value) ? Object.entries(value).flatMap(([key, inner]) => [key, ...textsIn(inner)]) : [];
};

/** The text, and what it says where it is JSON with escapes: those could hide a phrase. */
const readable = (text: string): string => {
  if (!text.includes('\\') || nestsTooDeep(text)) return text;
  try {
    return `${text}\n|\n${textsIn(JSON.parse(text)).join('\n|\n')}`;
  } catch {
    return text;
  }
};

/** @param report called with what is blocked, and awaited */
export const createCallScreening = (
  screen: OutputScreen | undefined,
  report: (blocked: BlockedText) => Promise<void>,
): CallScreening => ({
  async refusal(text, kind) {
    const blocked = await screen?.complete(readable(text));
    if (blocked === undefined) return undefined;
    if (blocked === 'UNKNOWN') return sentences.unknown;
    await report(blocked);
    return sentences[kind];
  },
});
