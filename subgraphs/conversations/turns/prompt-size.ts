/**
 * Estimates how many tokens a prompt has without tokenizing it; workers count exactly, with the tokenizer of their
 * model. Linear in the text and fast: a few native calls for each message. Invariant: `most` is never less than what
 * any model's tokenizer counts.
 */
import type { Tool } from '#contracts/generation-job.ts';
import { inFlightStatuses } from '../entities.ts';
import { type BranchMessage, isShownToModel } from '../prompts/branch-message.ts';

export interface PromptSize {
  /** The likely number of tokens. */
  readonly likely: number;
  /** A number of tokens that the prompt cannot exceed. */
  readonly most: number;
  /** Replies of the branch that are still being written. Neither number includes the text that they will have. */
  readonly openReplies: number;
}

/** Tokens around each message and before the reply, as workers count them. */
const tokensPerMessage = 4;
const tokensBeforeReply = 3;
/**
 * Tokens that a provider may add to a prompt and bill, such as Anthropic's instructions for calling tools, which have
 * about 350.
 */
const tokensOfProvider = 1_000;
/** Tokens around each tool: every provider describes tools in its own format. */
const tokensPerTool = 32;

/**
 * A quarter of the characters (OpenAI's rule of thumb for English) plus a share of the additional bytes that other
 * scripts take: about one token for a Chinese character or an emoji, and half a token for a Cyrillic or Arabic letter.
 */
const likelyTokens = (text: string, bytes: number): number => text.length / 4 + (bytes - text.length) * 0.375;

/**
 * A token has at least one byte. A marker of a chat template has at least three bytes, and the worker adds three more
 * to neutralize it.
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

/** Tokens of what stands around a summary. */
const tokensOfFrame = 64;

/**
 * A picture of the size that workers send. Most models count 258 to 1,600 tokens for it; some of OpenAI's small ones
 * count up to 37,000, at a price that is as much lower.
 */
const [likelyPictureTokens, mostPictureTokens] = [1_600, 40_000];
/** Tokens of what stands around an attached file, with a name of any characters. */
const [likelyFrameTokens, mostFrameTokens] = [64, 2_048];

/** What attachments add, before it is known how much of them a prompt has room for. */
const sizeOfAttachments = (branch: readonly BranchMessage[]): Omit<PromptSize, 'openReplies'> => {
  let [likely, most] = [0, 0];
  for (const { textLength } of branch.flatMap(({ attachments }) => attachments ?? [])) {
    likely += likelyFrameTokens + (textLength === null ? likelyPictureTokens : Math.ceil(textLength / 4));
    // A UTF-16 unit has at most three bytes; twice that where markers are neutralized.
    most += mostFrameTokens + (textLength === null ? mostPictureTokens : textLength * 6);
  }
  return { likely, most };
};

/** @param branch the messages down to the question, including those that prompts leave out */
export const sizeOfPrompt = (
  systemPrompt: string | undefined,
  branch: readonly BranchMessage[],
  summary?: string,
): PromptSize => {
  const shown = branch.filter(isShownToModel).map(({ content }) => content);
  const before = [systemPrompt, summary].flatMap((text) => (text ? [text] : []));
  const size = sizeOfTexts([...before, ...shown], tokensPerMessage);
  const framing = summary === undefined ? 0 : tokensOfFrame;
  const attached = sizeOfAttachments(branch.filter(isShownToModel));
  const [likely, most] = [size.likely + framing + attached.likely, size.most + 8 * framing + attached.most];
  const openReplies = branch.filter(({ status }) => inFlightStatuses.includes(status)).length;
  return { likely: likely + tokensBeforeReply, most: most + tokensBeforeReply + tokensOfProvider, openReplies };
};

/** What models read of a tool. */
type DescribedTool = Pick<Tool, 'name' | 'description'> & { readonly parameters: object };

/** Sizes are remembered, because a route gives the same tools to many replies. */
const toolSizes = new WeakMap<DescribedTool, ReturnType<typeof sizeOfTexts>>();

/** The tokens that descriptions of tools add to a prompt. */
export const sizeOfTools = (tools: readonly DescribedTool[]): ReturnType<typeof sizeOfTexts> => {
  let [likely, most] = [0, 0];
  for (const tool of tools) {
    const { name, description, parameters } = tool;
    const size = toolSizes.get(tool) ?? sizeOfTexts([JSON.stringify({ name, description, parameters })], tokensPerTool);
    toolSizes.set(tool, size);
    likely += size.likely;
    most += size.most;
  }
  return { likely, most };
};
