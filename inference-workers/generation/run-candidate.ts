/**
 * One candidate's run at a reply: the model is asked, its tool calls are run, and it is asked again with their results,
 * until it calls no more tools or fails. The model continues the text that the log holds where it can. Invariant: text
 * that clients saw is voided only in one append with the first text or calls of a model that begins anew.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PromptFill, TokenUsage } from '#contracts/broker-events.ts';
import { maxToolSteps, type ReplyJob } from '#contracts/generation-job.ts';
import type { FinishReason, ResetReason, StreamEvent } from '#contracts/stream-event.ts';
import { AppError } from '#kernel/errors.ts';
import { startSpan } from '#kernel/telemetry/tracing.ts';
import { outputScreenOf } from '../moderation/output-screen.ts';
import type { CallScreening } from '../moderation/screen-calls.ts';
import { buildPrompt, type Prompt } from '../prompt/build-prompt.ts';
import { toolDefinitions } from '../prompt/tool-definitions.ts';
import {
  breakAfterSteps,
  isOnlyThought,
  onlyThinks,
  openTextOf,
  type ReplyStep,
  reasoningOfSteps,
  stepsOf,
  textOfSteps,
  writtenIn,
} from '../transcript/reply-steps.ts';
import { type StepSignatures, signaturesOf } from '../transcript/signed-thoughts.ts';
import { askModel, type ModelResponse } from './ask-model.ts';
import { type Candidate, contextWindowOf, outputLimit, toolsFor } from './candidate.ts';
import type { GenerationContext, GenerationSettings } from './generation-context.ts';
import type { LogSession } from './log-session.ts';
import { type ModelFault, onlyThoughtFault } from './model-fault.ts';
import { startToolCalls } from './run-tool-calls.ts';
import { addUsage, noUsage, type UsageBounds, usageOfRequest } from './token-usage.ts';

type Append = LogSession['append'];

export interface CandidateRunOptions {
  readonly job: ReplyJob;
  readonly candidate: Candidate;
  /** The reason that clients get when the text so far is voided. */
  readonly resetReason: ResetReason;
  readonly entries: LogSession['entries'];
  readonly screening: CallScreening;
  readonly append: Append;
  /** Aborted when a person asked to stop. */
  readonly stop: AbortSignal;
  /** Aborted when this worker must not write any more. */
  readonly abandon: AbortSignal;
}

export interface CandidateRun {
  /** How the reply ended (CANCELLED where it was stopped), or the fault that kept the candidate from ending it. */
  readonly end: FinishReason | AppError;
  /** Of all requests of the run. */
  readonly usage: TokenUsage;
  /** Of the last request whose prompt is billed; undefined where there was none. */
  readonly prompt: PromptFill | undefined;
  /** Milliseconds since the epoch of the first text, tool call or reasoning; undefined where there was none. */
  readonly firstOutputAt: number | undefined;
  /** Likewise of the first text or tool call. */
  readonly firstTokenAt: number | undefined;
}

/** The provider interface's names. */
const effortNames = { NONE: 'none', LOW: 'low', MEDIUM: 'medium', HIGH: 'high' } as const;

/** Milliseconds until the same model is asked again; undefined where it is not. */
const pauseAfter = (fault: ModelFault, tries: number, settings: GenerationSettings): number | undefined => {
  if (!fault.tryAgain || tries > settings.retries) return undefined;
  if (fault.retryAfterMs === undefined) return Math.random() * settings.retryBackoffMs * 2 ** (tries - 1);
  return fault.retryAfterMs <= settings.retryAfterMaxMs ? fault.retryAfterMs : undefined;
};

/** Whether the calls of a response with this finish reason are complete and meant. */
const endsWithCalls = (reason: FinishReason): boolean => reason === 'TOOL_CALLS' || reason === 'STOP';

interface StepRequest {
  readonly prompt: Prompt;
  /** The steps that the model continues. */
  readonly steps: readonly ReplyStep[];
  readonly mayCall: boolean;
  readonly append: Append;
}

/** Asks until the model has responded, has failed for good, or was stopped. */
const askWithRetries = async (
  context: GenerationContext,
  { job, candidate, stop, abandon }: CandidateRunOptions,
  { prompt, steps, mayCall, append }: StepRequest,
): Promise<ModelResponse & Pick<UsageBounds, 'call'>> => {
  const written = steps.length === 0 ? 0 : candidate.served.countTokens(writtenIn(steps));
  const call = {
    prompt: [...prompt.messages],
    maxOutputTokens: Math.max(1, outputLimit(job, candidate) - written),
    ...(job.temperature === undefined ? {} : { temperature: job.temperature }),
    ...(job.reasoningEffort === undefined ? {} : { reasoning: effortNames[job.reasoningEffort] }),
    ...toolDefinitions(toolsFor(job, candidate.route), mayCall),
  };
  const so = { prefix: openTextOf(steps), opening: breakAfterSteps(steps), thought: reasoningOfSteps(steps) };
  const screened = { shown: textOfSteps(steps), screen: outputScreenOf(job.outputModeration) };
  for (let tries = 1; ; tries += 1) {
    const { messageId } = job;
    const response = await askModel(context, { candidate, messageId, call, ...so, ...screened, append, stop, abandon });
    const { fault, firstOutputAt } = response;
    const pause = fault && firstOutputAt === undefined ? pauseAfter(fault, tries, context.settings) : undefined;
    if (pause === undefined) return { ...response, call };
    await sleep(pause, undefined, { signal: AbortSignal.any([stop, abandon]) }).catch(() => undefined);
    abandon.throwIfAborted();
    if (stop.aborted) return { ...response, call, fault: undefined };
  }
};

export const runCandidate = async (context: GenerationContext, options: CandidateRunOptions): Promise<CandidateRun> => {
  const { job, candidate, entries, stop, abandon } = options;
  const { route, served } = candidate;
  const { countTokens } = served;
  const tools = toolsFor(job, route);
  /** By the id of the first call of the step. */
  const signatures = new Map<string, StepSignatures>();

  const promptAfter = async (steps: readonly ReplyStep[]): Promise<Prompt> => {
    const span = startSpan('build prompt');
    try {
      const limits = {
        contextWindow: contextWindowOf(candidate),
        maxOutputTokens: outputLimit(job, candidate),
        countTokens,
      };
      return await buildPrompt(job.history, limits, { steps, tools, signatures });
    } finally {
      span.end();
    }
  };

  let usage = noUsage;
  let fill: PromptFill | undefined;
  let firstOutputAt: number | undefined;
  let firstTokenAt: number | undefined;
  const conclude = (end: CandidateRun['end']): CandidateRun => ({
    ...{ end, usage, prompt: fill, firstOutputAt, firstTokenAt },
  });
  for (;;) {
    if (stop.aborted) return conclude('CANCELLED');
    const held = stepsOf(entries);
    const isBlank = openTextOf(held).trim() === '';
    const continues = !onlyThinks(held) && (isBlank || route.capabilities.includes('PREFILL'));
    const steps = continues ? held : [];
    let voiding: readonly StreamEvent[] = continues ? [] : [{ type: 'MessageReset', reason: options.resetReason }];
    const append: Append = (events) => {
      const all = [...voiding, ...events];
      voiding = [];
      return options.append(all);
    };
    let prompt: Prompt;
    try {
      prompt = await promptAfter(steps);
    } catch (fault) {
      if (!(fault instanceof AppError)) throw fault;
      return conclude(fault);
    }
    const mayCall = tools.length > 0 && steps.filter(({ calls }) => calls.length > 0).length < maxToolSteps;
    const response = await askWithRetries(context, options, { prompt, steps, mayCall, append });
    const { end, fault, refusal, text, reasoning, call } = response;
    firstOutputAt ??= response.firstOutputAt;
    firstTokenAt ??= response.firstTokenAt;
    const written = text + (end?.calls.map(({ toolName, input }) => toolName + input).join('') ?? '');
    const count = async (): Promise<TokenUsage> => {
      const inputTokens = await prompt.countInputTokens();
      const reasoningTokens = countTokens(reasoning);
      return { ...noUsage, inputTokens, outputTokens: reasoningTokens + countTokens(written), reasoningTokens };
    };
    if (response.isPromptBilled) {
      const bounds = { call, written: reasoning + written, contextWindow: contextWindowOf(candidate) };
      const { modelId } = route;
      const { logger } = context;
      const reported = (end ?? fault)?.usage;
      const used = await usageOfRequest({ ...bounds, reported, count, modelId, logger });
      usage = addUsage(usage, used);
      const { contextWindow } = bounds;
      fill = { tokens: used.inputTokens, contextWindow, droppedMessages: prompt.dropped };
    }
    if (end === undefined) return conclude(refusal ?? fault ?? 'CANCELLED');
    const asked = mayCall && endsWithCalls(end.finishReason) ? end.calls : [];
    if (asked.length === 0) {
      const isThought = end.finishReason !== 'CONTENT_FILTER' && isOnlyThought(stepsOf(entries));
      return conclude(isThought ? onlyThoughtFault(end.finishReason === 'LENGTH') : end.finishReason);
    }
    const ids = await startToolCalls(
      { tools: context.tools, job, screening: options.screening, append, stop, abandon },
      { asked, steps, entries },
    );
    if (ids[0] !== undefined) signatures.set(ids[0], signaturesOf(end.thoughts, asked, ids));
  }
};
