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
export const blockedCall = {
  arguments: 'CONTENT_BLOCKED: The arguments break the rules of the organization, so the tool was not called.',
  result: 'CONTENT_BLOCKED: The result of the tool breaks the rules of the organization, and is withheld.',
} as const;

export interface CallScreening {
  /** Whether the text is blocked. Then it has been reported. */
  blocks(text: string): Promise<boolean>;
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
  async blocks(text) {
    const blocked = await screen?.complete(readable(text));
    if (blocked === undefined) return false;
    await report(blocked);
    return true;
  },
});
