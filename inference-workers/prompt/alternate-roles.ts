/**
 * Joins neighbouring messages of one role, with a blank line between their texts. A question whose reply failed is
 * followed by the next question, and servers with strict chat templates refuse two messages of one role in a row.
 * Invariant: parts that are not text, and messages of tools, are kept as they are and in their order.
 */
import type { LanguageModelV4Message, LanguageModelV4Prompt } from '@ai-sdk/provider';

const paragraphBreak = '\n\n';

const hasText = <Part extends { readonly type: string }>(part: Part): part is Part & { readonly text: string } =>
  part.type === 'text' && 'text' in part && typeof part.text === 'string';

/** The parts of both: the text that ends one and the text that begins the other become one part. */
const joinParts = <Part extends { readonly type: string }>(
  one: readonly Part[],
  other: readonly Part[],
): readonly Part[] => {
  const last = one.at(-1);
  const [first] = other;
  if (last === undefined || first === undefined || !hasText(last) || !hasText(first)) return [...one, ...other];
  return [...one.slice(0, -1), { ...last, text: last.text + paragraphBreak + first.text }, ...other.slice(1)];
};

/** Undefined where the two stay apart. */
const joined = (one: LanguageModelV4Message, other: LanguageModelV4Message): LanguageModelV4Message | undefined => {
  if (one.role === 'system' && other.role === 'system') {
    return { ...one, content: one.content + paragraphBreak + other.content };
  }
  if (one.role === 'user' && other.role === 'user') {
    return { ...one, content: [...joinParts(one.content, other.content)] };
  }
  if (one.role === 'assistant' && other.role === 'assistant') {
    return { ...one, content: [...joinParts(one.content, other.content)] };
  }
  return undefined;
};

export const joinMessages = (messages: readonly LanguageModelV4Message[]): LanguageModelV4Prompt => {
  const all: LanguageModelV4Message[] = [];
  for (const message of messages) {
    const last = all.at(-1);
    const both = last && joined(last, message);
    if (both === undefined) all.push(message);
    else all[all.length - 1] = both;
  }
  return all;
};
