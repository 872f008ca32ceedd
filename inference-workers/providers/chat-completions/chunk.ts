/**
 * One event of a chat-completions stream, as OpenAI, vLLM, llama.cpp, Ollama, Mistral and the gateways in front of them
 * write it, or the same reply in one piece. Anything that is not named here is unused and may have any form.
 */
import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import { z } from 'zod';

/** NaN stands for anything that is not a number: the usage is then rejected, and the reply is unaffected. */
const count = z
  .unknown()
  .optional()
  .transform((value) => {
    if (value === undefined || value === null) return undefined;
    return typeof value === 'number' ? value : Number.NaN;
  });

const usageSchema = z.object({
  prompt_tokens: count,
  completion_tokens: count,
  total_tokens: count,
  prompt_tokens_details: z.object({ cached_tokens: count }).nullish().catch(undefined),
  completion_tokens_details: z.object({ reasoning_tokens: count }).nullish().catch(undefined),
  /** DeepSeek's name for cached tokens. */
  prompt_cache_hit_tokens: count,
  /** Moonshot's name for them. */
  cached_tokens: count,
});

/** Mistral writes the content of a reasoning model as parts: text, and thinking, which has texts of its own. */
const contentSchema = z.string().or(
  z.array(
    z.object({
      text: z.string().nullish(),
      thinking: z.array(z.object({ text: z.string().nullish() })).nullish(),
    }),
  ),
);

/**
 * A piece of a call. Most servers send name and id first and the arguments in pieces; some send everything at once, or
 * the arguments as an object.
 */
const toolCallSchema = z.object({
  index: z.number().nullish().catch(undefined),
  id: z.string().nullish().catch(undefined),
  function: z
    .object({
      name: z.string().nullish(),
      arguments: z
        .string()
        .or(z.record(z.string(), z.unknown()).transform((all) => JSON.stringify(all)))
        .nullish(),
    })
    .nullish(),
});
export type ToolCallDelta = z.infer<typeof toolCallSchema>;

const deltaSchema = z.object({
  content: contentSchema.nullish(),
  refusal: z.string().nullish(),
  reasoning_content: z.string().nullish().catch(undefined),
  reasoning: z.string().nullish().catch(undefined),
  tool_calls: z.array(toolCallSchema).nullish(),
});

const reportedUsage = usageSchema.nullish().catch(undefined);

export const chunkSchema = z.object({
  choices: z
    .array(
      z.object({
        delta: deltaSchema.nullish(),
        finish_reason: z.string().nullish(),
        /** Moonshot's place for it. */
        usage: reportedUsage,
      }),
    )
    .nullish(),
  usage: reportedUsage,
  /** Groq's place for it, where it was not asked for. */
  x_groq: z.object({ usage: reportedUsage }).nullish().catch(undefined),
  /** Instead of everything else: the provider gives up in the middle. Some send null in every other event. */
  error: z.unknown().optional(),
});
export type Chunk = z.infer<typeof chunkSchema>;

/** A reply in one piece. It is complete, even where it does not say so. */
export const completionSchema = chunkSchema.extend({
  choices: z
    .array(
      z
        .object({ message: deltaSchema.nullish(), finish_reason: z.string().nullish() })
        .transform(({ message, finish_reason }) => ({
          delta: message,
          finish_reason: finish_reason || 'stop',
          usage: undefined,
        })),
    )
    .nullish(),
});

type Delta = z.infer<typeof deltaSchema>;

const partsOf = ({ content }: Delta) => (Array.isArray(content) ? content : []);

/** The text of a delta for the reader. A refusal is a reply too. */
export const textOfDelta = (delta: Delta): string => {
  const { content, refusal } = delta;
  const text = typeof content === 'string' ? content : partsOf(delta).reduce((all, { text }) => all + (text ?? ''), '');
  return refusal ? text + refusal : text;
};

/** The reasoning of a delta: a sign of life, and not part of the reply. */
export const reasoningOfDelta = (delta: Delta): string =>
  delta.reasoning_content ||
  delta.reasoning ||
  partsOf(delta)
    .flatMap(({ thinking }) => thinking ?? [])
    .reduce((all, { text }) => all + (text ?? ''), '');

type Usage = z.infer<typeof usageSchema>;

const cachedOf = (usage: Usage): number =>
  Math.max(
    usage.prompt_tokens_details?.cached_tokens ?? 0,
    usage.prompt_cache_hit_tokens ?? 0,
    usage.cached_tokens ?? 0,
  );

/** Whether reasoning tokens are added to the completion's, as xAI counts them. For others they are part of it. */
const reasonsApart = (
  { prompt_tokens: input, completion_tokens: output, total_tokens: all }: Usage,
  reasoning: number,
) =>
  input === undefined || output === undefined || all === undefined
    ? output !== undefined && reasoning > output
    : reasoning > 0 && all === input + output + reasoning;

/** Each count is undefined where the provider does not report it. Nothing is checked. */
export const usageOf = (usage: Usage | null | undefined): LanguageModelV4Usage => {
  const input = usage?.prompt_tokens;
  const reasoning = usage?.completion_tokens_details?.reasoning_tokens ?? 0;
  const cached = usage ? cachedOf(usage) : 0;
  const completion = usage?.completion_tokens;
  const output =
    completion !== undefined && usage && reasonsApart(usage, reasoning) ? completion + reasoning : completion;
  return {
    inputTokens: {
      total: input,
      noCache: input === undefined ? undefined : input - cached,
      cacheRead: input === undefined ? undefined : cached,
      cacheWrite: undefined,
    },
    outputTokens: {
      total: output,
      text: output === undefined ? undefined : Math.max(0, output - reasoning),
      reasoning: output === undefined ? undefined : reasoning,
    },
  };
};
