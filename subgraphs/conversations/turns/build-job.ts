/**
 * The job of an assistant message: the route that admission chose, and the branch above it, newest messages first chosen until the
 * largest context window is surely full. The worker cuts it exactly, by the model's own tokens.
 */
import type { GenerationJob, PromptMessage } from '#kernel/messages/generation-job.ts';
import { traceHeaders } from '#kernel/telemetry/tracing.ts';
import type { Generation, Message } from '../entities.ts';

/** Characters a token has at most in running text: more than the 4 of English, so that enough history is sent. */
const charactersPerToken = 6;
/** Messages of history at most. */
export const maxHistory = 500;
/**
 * Bytes of history at most, give or take a message: a million tokens of English, which is the largest window there is.
 */
export const maxHistoryBytes = 4_000_000;

export type Said = Pick<Message, 'role' | 'content' | 'status'>;

export interface JobInput {
  readonly tenantId: string;
  readonly conversationId: string;
  readonly systemPrompt: string | null | undefined;
  /** The branch that the answer goes under, oldest first; the last one is the question. */
  readonly branch: readonly Said[];
  readonly answerId: string;
  /** Where the log of the answer has another name than the answer. */
  readonly logId?: string | undefined;
  readonly generation: Generation;
}

/** Messages that are worth showing to the model. */
export const isPrompt = (message: Said): boolean => message.content.length > 0 && message.status !== 'BLOCKED';

export const buildJob = (input: JobInput): GenerationJob => {
  const { generation, branch, systemPrompt } = input;
  const budget = charactersPerToken * Math.max(...generation.candidates.map((candidate) => candidate.contextWindow));
  const history: PromptMessage[] = [];
  let characters = 0;
  for (const message of branch.toReversed()) {
    characters += message.content.length;
    if (history.length > 0 && characters > budget) break;
    if (isPrompt(message)) history.push({ role: message.role, content: message.content });
  }
  if (systemPrompt) history.push({ role: 'SYSTEM', content: systemPrompt });
  return {
    kind: 'reply',
    tenantId: input.tenantId,
    userId: generation.userId,
    conversationId: input.conversationId,
    messageId: input.answerId,
    logId: input.logId,
    history: history.reverse(),
    candidates: [...generation.candidates],
    tools: generation.tools && [...generation.tools],
    maxOutputTokens: generation.maxOutputTokens,
    temperature: generation.temperature,
    admittedAt: Date.now(),
    ...traceHeaders(),
  };
};
