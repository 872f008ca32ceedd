/** A reply as the cache keeps it: its text, where it is from, and what it cost. */
import { z } from 'zod';
import type { MessageFinished } from '#contracts/broker-events.ts';
import { priceSchema } from '#contracts/generation-job.ts';
import { tokenUsageSchema } from '#contracts/token-usage.ts';
import { longestValue } from '#kernel/reply-cache/reply-cache.ts';

const keptReplySchema = z.object({
  text: z.string(),
  /** The message that it was written for, and its conversation: where either is withdrawn, it is not served. */
  messageId: z.string(),
  conversationId: z.string(),
  /** The question, where the reply is kept for others of the same meaning. */
  question: z.string().optional(),
  /** What the reply cost. */
  usage: tokenUsageSchema,
  price: priceSchema,
});
export type KeptReply = z.infer<typeof keptReplySchema>;

/** Undefined where the text is none: an entry of another version, or a damaged one. */
export const parseKeptReply = (text: string): KeptReply | undefined => {
  try {
    return keptReplySchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

export const writeKeptReply = (reply: KeptReply): string => JSON.stringify(reply);

/**
 * The entry of a finished reply; undefined where it must not be served again: it has not ended by itself, several
 * models or workers wrote it, it called tools, or it is too long.
 * @param modelId the model that the request was for
 */
export const keptReplyOf = (result: MessageFinished, modelId: string): KeptReply | undefined => {
  const { status, finishReason, text, parts = [], modelFailures = [], toolCalls = [], usage, price } = result;
  if (status !== 'COMPLETED' || finishReason !== 'STOP' || result.reuse?.served !== undefined) return undefined;
  if (parts.length !== 1 || modelFailures.length > 0 || toolCalls.length > 0) return undefined;
  if (result.modelId !== modelId || price === undefined) return undefined;
  if (text.trim() === '' || 4 * text.length > longestValue) return undefined;
  return { text, messageId: result.messageId, conversationId: result.conversationId, usage, price };
};
