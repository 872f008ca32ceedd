/**
 * How many tokens a prompt may have, said without counting them: a worker counts, by the tokens of its model. Linear in
 * the text, and fast: a few native looks at each message. Invariant: `most` is never less than what any model's
 * tokenizer makes of the prompt.
 */
import type { Tool } from '#kernel/messages/generation-job.ts';
import { inFlightStatuses } from '../entities.ts';
import { isPrompt, type Said } from './build-job.ts';

export interface PromptSize {
  /** Tokens that are likely. */
  readonly likely: number;
  /** Tokens that it cannot exceed. */
  readonly most: number;
  /** Replies above that are still being written: what they will say is in neither number. */
  readonly openReplies: number;
}

/** Around each message, and before the reply, as workers count. */
const tokensPerMessage = 4;
const tokensBeforeReply = 3;
/**
 * What a provider may add and bill of its own, such as Anthropic's instructions for calling tools, which are about 350
 * tokens.
 */
const tokensOfProvider = 1_000;
/** Around each tool: each provider describes it in a form of its own. */
const tokensPerTool = 32;

/**
 * A quarter of the characters, OpenAI's rule of thumb for English, and more for each byte that other scripts take:
 * about one token for a Chinese character or an emoji, and half of one for a Cyrillic or an Arabic letter.
 */
const likelyTokens = (text: string, bytes: number): number => text.length / 4 + (bytes - text.length) * 0.375;

/**
 * A token is one byte or more. Where a marker of a chat template stands, the worker puts three bytes beside its three
 * or more.
 */
const mostTokens = (text: string, bytes: number): number =>
  text.includes('<') || text.includes('[') ? bytes * 2 : bytes;

const sizeOfTexts = (texts: readonly string[], each: number): Omit<PromptSize, 'openReplies'> => {
  let [likely, most] = [0, 0];
  for (const text of texts) {
    const bytes = Buffer.byteLength(text);
    likely += likelyTokens(text, bytes) + each;
    most += mostTokens(text, bytes) + each;
  }
  return { likely: Math.ceil(likely), most };
};

/** @param branch the messages down to the question, the ones that no prompt shows included. */
export const sizeOfPrompt = (systemPrompt: string | undefined, branch: readonly Said[]): PromptSize => {
  const shown = branch.filter(isPrompt).map(({ content }) => content);
  const { likely, most } = sizeOfTexts(systemPrompt ? [systemPrompt, ...shown] : shown, tokensPerMessage);
  const openReplies = branch.filter(({ status }) => inFlightStatuses.includes(status)).length;
  return { likely: likely + tokensBeforeReply, most: most + tokensBeforeReply + tokensOfProvider, openReplies };
};

/** A route is given to many messages, each time with the same tools. */
const known = new WeakMap<Tool, ReturnType<typeof sizeOfTexts>>();

/** What the descriptions of tools add to a prompt. */
export const sizeOfTools = (tools: readonly Tool[]): ReturnType<typeof sizeOfTexts> => {
  let [likely, most] = [0, 0];
  for (const tool of tools) {
    const { name, description, parameters } = tool;
    const size = known.get(tool) ?? sizeOfTexts([JSON.stringify({ name, description, parameters })], tokensPerTool);
    known.set(tool, size);
    likely += size.likely;
    most += size.most;
  }
  return { likely, most };
};
