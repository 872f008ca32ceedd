/**
 * Makes a summary of older turns by one generation that is not streamed. Invariant: only a usable summary is published
 * and billed. Where no candidate gives one, nothing happens: prompts are cut as before, and conversations asks again
 * later.
 */
import type { ConversationSummarised } from '#contracts/broker-events.ts';
import type { SummaryJob } from '#contracts/generation-job.ts';
import type { Settlement } from '#kernel/broker/broker.ts';
import { activeRequest } from '#kernel/request-id.ts';
import { outputScreenOf } from '../moderation/output-screen.ts';
import { cleanSummary, readSummaryChars } from '../summaries/clean-summary.ts';
import { type SummaryPrompt, summaryPrompt } from '../summaries/summary-prompt.ts';
import { type Candidate, contextWindowOf } from './candidate.ts';
import type { GenerationContext } from './generation-context.ts';
import type { JobRunOptions } from './job-run.ts';
import { logGeneration } from './log-generation.ts';
import { publishUntilConfirmed } from './publish-until-confirmed.ts';
import { streamModel } from './stream-model.ts';
import { countTokensUsed, noUsage, usageOfRequest } from './token-usage.ts';

/** Characters of reasoning that are read, for the count of tokens. */
const readThoughtChars = 200_000;

interface SummaryRequest {
  readonly job: SummaryJob;
  readonly candidate: Candidate;
  readonly asked: SummaryPrompt;
  readonly handOver: AbortSignal;
}

type Summarised = Pick<
  ConversationSummarised,
  'summary' | 'summaryTokens' | 'lastMessageId' | 'modelId' | 'provider' | 'pool' | 'price' | 'usage' | 'firstTokenMs'
>;

/** Undefined where the response is no summary. Rejects with a ModelFault. */
const generateSummary = async (
  context: GenerationContext,
  { job, candidate, asked, handOver }: SummaryRequest,
): Promise<Summarised | undefined> => {
  const { settings, logger } = context;
  const { modelId, provider, price } = candidate.route;
  const { model, countTokens, pool } = candidate.served;
  const { prompt, lastMessageId } = asked;
  const maxOutputTokens = Math.min(job.maxOutputTokens, candidate.route.maxOutputTokens);
  const call = { prompt, maxOutputTokens, providerOptions: { parlance: { isSummary: true } } };
  const askedAt = Date.now();
  let text = '';
  let reasoning = '';
  let firstTokenAt: number | undefined;
  const { usage: reported, finishReason } = await streamModel(model, call, {
    timeouts: settings,
    signal: handOver,
    onOpen: () => undefined,
    reasoningCharacters: readThoughtChars,
    onReasoning(more) {
      reasoning += more;
      return undefined;
    },
    onText(more) {
      firstTokenAt ??= Date.now();
      if (text.length < readSummaryChars) text += more.slice(0, readSummaryChars);
      return undefined;
    },
  });
  const summary = finishReason === 'CONTENT_FILTER' ? '' : cleanSummary(text, finishReason === 'LENGTH');
  // Its user reads it, as any text of a model.
  const blocking = await outputScreenOf(context, job.outputModeration)?.complete(summary);
  if (blocking !== undefined) throw new Error('The screening blocks the summary.');
  const summaryTokens = countTokens(summary);
  // A provider that ignores the limit of the request would fill the window with it.
  if (summary === '' || summaryTokens > 2 * job.maxOutputTokens) return undefined;
  const count = () => ({
    ...noUsage,
    inputTokens: countTokens(JSON.stringify(prompt)),
    outputTokens: countTokens(text) + countTokens(reasoning),
    reasoningTokens: countTokens(reasoning),
  });
  const contextWindow = contextWindowOf(candidate);
  const usage = await usageOfRequest({
    ...{ call, written: reasoning + text, contextWindow, reported, count, modelId, logger },
  });
  countTokensUsed(modelId, usage);
  const firstTokenMs = firstTokenAt === undefined ? undefined : firstTokenAt - askedAt;
  return { summary, summaryTokens, lastMessageId, modelId, provider, pool, price, usage, firstTokenMs };
};

/** The summary of the first candidate that gives one. Rejects only with the reason of `handOver`. */
const firstSummary = async (
  context: GenerationContext,
  { job, candidates, handOver }: JobRunOptions<SummaryJob>,
): Promise<Summarised | undefined> => {
  const { conversationId } = job;
  for (const candidate of candidates) {
    const { modelId } = candidate.route;
    try {
      const { countTokens } = candidate.served;
      const asked = await summaryPrompt(job, { contextWindow: contextWindowOf(candidate), countTokens });
      const made = asked && (await generateSummary(context, { job, candidate, asked, handOver }));
      if (made) return made;
      context.logger.warn({ ...activeRequest(), conversationId, modelId }, 'a model gave no summary');
    } catch (err) {
      handOver.throwIfAborted();
      context.logger.warn({ ...activeRequest(), err, conversationId, modelId }, 'a model gave no summary');
    }
  }
  return undefined;
};

export const runSummary = async (
  context: GenerationContext,
  options: JobRunOptions<SummaryJob>,
): Promise<Settlement> => {
  const { job, handOver } = options;
  const takenAt = Date.now();
  try {
    const made = await firstSummary(context, options);
    if (made === undefined) return 'ack';
    const body: ConversationSummarised = {
      tenantId: job.tenantId,
      userId: job.userId,
      conversationId: job.conversationId,
      messageId: job.messageId,
      attempt: 1,
      queueWaitMs: Math.max(0, takenAt - job.admittedAt),
      durationMs: Date.now() - takenAt,
      promptVersion: job.promptVersion,
      ...made,
    };
    logGeneration(context.logger, job, body);
    const summarised = { routingKey: 'conversation.summarised', id: job.messageId, body, signal: handOver };
    await publishUntilConfirmed(context, summarised);
    return 'ack';
  } catch {
    return 'retry';
  }
};
