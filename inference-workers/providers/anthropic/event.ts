/**
 * One event of Anthropic's Messages API, and the reply in one piece. Events, blocks and deltas of kinds that are not
 * named here are ignored, as the API asks of its readers.
 */
import type { LanguageModelV4FinishReason, LanguageModelV4Usage } from '@ai-sdk/provider';
import { z } from 'zod';

/** NaN stands for anything that is not a number: the usage is then rejected, and the reply is unaffected. */
const count = z
  .unknown()
  .optional()
  .transform((value) => {
    if (value === undefined || value === null) return undefined;
    return typeof value === 'number' ? value : Number.NaN;
  });

const usageSchema = z
  .object({
    input_tokens: count,
    cache_creation_input_tokens: count,
    cache_read_input_tokens: count,
    output_tokens: count,
    output_tokens_details: z.object({ thinking_tokens: count }).nullish().catch(undefined),
  })
  .nullish()
  .catch(undefined);
export type AnthropicUsage = NonNullable<z.infer<typeof usageSchema>>;

/** A text that a block or delta of a known kind holds. Throws where it is none. */
export const textIn = (value: unknown): string => z.string().nullish().parse(value) ?? '';

/** Blocks and deltas of other kinds may hold anything under these names. */
const blockSchema = z.object({
  type: z.string(),
  text: z.unknown().optional(),
  thinking: z.unknown().optional(),
  /** Of thoughts: the API takes them back with it only. */
  signature: z.unknown().optional(),
  /** Of thoughts that are not shown. */
  data: z.unknown().optional(),
  id: z.unknown().optional(),
  name: z.unknown().optional(),
  input: z.unknown().optional(),
});

const messageSchema = z.object({
  content: z.array(blockSchema).nullish(),
  stop_reason: z.string().nullish(),
  usage: usageSchema,
});

/** Events of other types may have any form. */
const eventTypes = [
  'message_start',
  'content_block_start',
  'content_block_delta',
  'message_delta',
  'message_stop',
] as const;
export const eventTypeSchema = z.object({ type: z.enum(eventTypes) });

export const eventSchema = z.object({
  type: z.enum(eventTypes),
  message: messageSchema.nullish().catch(undefined),
  index: z.number().nullish().catch(undefined),
  content_block: blockSchema.nullish(),
  delta: z
    .object({
      type: z.string().nullish(),
      text: z.unknown().optional(),
      thinking: z.unknown().optional(),
      signature: z.unknown().optional(),
      partial_json: z.unknown().optional(),
      stop_reason: z.string().nullish(),
    })
    .nullish(),
  usage: usageSchema,
});
export type AnthropicEvent = z.infer<typeof eventSchema>;

export const bodySchema = messageSchema;

export type AnthropicBlock = z.infer<typeof blockSchema>;

const unified: Readonly<Record<string, LanguageModelV4FinishReason['unified']>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  refusal: 'content-filter',
  tool_use: 'tool-calls',
  error: 'error',
};

export const finishReasonOf = (raw: string): LanguageModelV4FinishReason => ({ unified: unified[raw] ?? 'other', raw });

/** Servers report each count at the start or at the end, and some report 0 at the other place. */
const laterCount = (one: number | undefined, other: number | undefined): number | undefined =>
  other === undefined || other === 0 ? (one ?? other) : other;

/** The counts that are reported last count. */
export const mergeUsage = (one: AnthropicUsage, other: AnthropicUsage): AnthropicUsage => ({
  input_tokens: laterCount(one.input_tokens, other.input_tokens),
  cache_creation_input_tokens: laterCount(one.cache_creation_input_tokens, other.cache_creation_input_tokens),
  cache_read_input_tokens: laterCount(one.cache_read_input_tokens, other.cache_read_input_tokens),
  output_tokens: other.output_tokens ?? one.output_tokens,
  output_tokens_details: other.output_tokens_details ?? one.output_tokens_details,
});

/** Anthropic counts tokens that it reads from its cache or writes to it apart from the input. Nothing is checked. */
export const usageOf = (usage: AnthropicUsage | undefined): LanguageModelV4Usage => {
  const noCache = usage?.input_tokens;
  const [cacheRead, cacheWrite] = [usage?.cache_read_input_tokens ?? 0, usage?.cache_creation_input_tokens ?? 0];
  const output = usage?.output_tokens;
  const reasoning = usage?.output_tokens_details?.thinking_tokens;
  return {
    inputTokens: {
      total: noCache === undefined ? undefined : noCache + cacheRead + cacheWrite,
      noCache,
      cacheRead: noCache === undefined ? undefined : cacheRead,
      cacheWrite: noCache === undefined ? undefined : cacheWrite,
    },
    outputTokens: {
      total: output,
      text: output === undefined || reasoning === undefined ? undefined : output - reasoning,
      reasoning,
    },
  };
};
