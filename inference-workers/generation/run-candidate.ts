/**
 * One candidate's run at a reply: the model is asked, its tool calls are run, and it is asked again with their results,
 * until it calls no more tools or fails. The model continues the text that the log holds where it can. Invariant: text
 * that clients saw is voided only in one append with the first text or calls of a model that begins anew.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PromptFill } from '#contracts/broker-events.ts';
import { maxToolSteps, type ReplyJob, type RouteCandidate } from '#contracts/generation-job.ts';
import { replyPassages } from '#contracts/passages.ts';
import { type FinishReason, isOpenCall, type ResetReason, type StreamEvent } from '#contracts/stream-event.ts';
import type { TokenUsage } from '#contracts/token-usage.ts';
import { AppError } from '#kernel/errors.ts';
import { startSpan } from '#kernel/telemetry/tracing.ts';
import type { LoadedMessage } from '../attachments/load-attachments.ts';
import { outputScreenOf } from '../moderation/output-screen.ts';
import type { CallScreening } from '../moderation/screen-calls.ts';
import { buildPrompt, type Prompt } from '../prompt/build-prompt.ts';
import { withPassages } from '../prompt/frame-passages.ts';
import { schemaOf, toolDefinitions } from '../prompt/tool-definitions.ts';
import type { ReplySources } from '../sources/reply-sources.ts';
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
import { correctionOf, mayRepair, misfitsOf, outputFault, repairEvents } from './structured-output.ts';
import { addUsage, noUsage, type UsageBounds, usageOfRequest } from './token-usage.ts';

type Append = LogSession['append'];

export interface CandidateRunOptions {
  readonly job: ReplyJob;
  /** That of the job, with what its messages carry. */
  readonly history: readonly LoadedMessage[];
  readonly candidate: Candidate;
  /** The reason that clients get when the text so far is voided. */
  readonly resetReason: ResetReason;
  readonly entries: LogSession['entries'];
  readonly screening: CallScreening;
  readonly sources: ReplySources;
  readonly append: Append;
  /** Aborted when a person asked to stop. */
  readonly stop: AbortSignal;
  /** Aborted when this worker must not write any more. */
  readonly abandon: AbortSignal;
}

export interface CandidateRun {
  /**
   * How the reply ended (CANCELLED where it was stopped), or the fault that kept the candidate from ending it. PARKED
   * where it has not ended, because a person has to decide about calls.
   */
  readonly end: FinishReason | 'PARKED' | AppError;
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

/** For models that can be held to a format. Others are asked for it in words only. */
const nativeFormat = ({ responseFormat }: ReplyJob, { capabilities }: RouteCandidate) => {
  if (responseFormat === undefined || !capabilities.includes('JSON')) return {};
  const schema = responseFormat.type === 'JSON' ? undefined : schemaOf.parse(responseFormat.schema);
  return { responseFormat: { type: 'json' as const, ...(schema === undefined ? {} : { schema }) } };
};

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
  /** The steps that the model continues; none where it writes the reply again. */
  readonly steps: readonly ReplyStep[];
  /** The steps that it reads. */
  readonly read: readonly ReplyStep[];
  readonly mayCall: boolean;
  readonly append: Append;
}

/** Undefined where the reply draws on no documents. */
const citableNumbers = (
  { retrieval, documents }: ReplyJob,
  read: readonly ReplyStep[],
): ReadonlySet<number> | undefined => {
  if (retrieval === undefined && documents === undefined) return undefined;
  const calls = read.flatMap((step) => step.calls.filter((call) => !isOpenCall(call)));
  return new Set(replyPassages(retrieval, calls).map(({ index }) => index));
};

/** Asks until the model has responded, has failed for good, or was stopped. */
const askWithRetries = async (
  context: GenerationContext,
  { job, candidate, stop, abandon }: CandidateRunOptions,
  { prompt, steps, read, mayCall, append }: StepRequest,
): Promise<ModelResponse & Pick<UsageBounds, 'call'>> => {
  const written = steps.length === 0 ? 0 : candidate.served.countTokens(writtenIn(steps));
  const call = {
    prompt: [...prompt.messages],
    maxOutputTokens: Math.max(1, outputLimit(job, candidate) - written),
    ...(job.temperature === undefined ? {} : { temperature: job.temperature }),
    ...(job.reasoningEffort === undefined ? {} : { reasoning: effortNames[job.reasoningEffort] }),
    ...nativeFormat(job, candidate.route),
    ...toolDefinitions(toolsFor(job, candidate.route), mayCall),
  };
  const so = { prefix: openTextOf(steps), opening: breakAfterSteps(steps), thought: reasoningOfSteps(steps) };
  const screened = { shown: textOfSteps(steps), screen: outputScreenOf(context, job.outputModeration) };
  for (let tries = 1; ; tries += 1) {
    const { messageId } = job;
    const citable = citableNumbers(job, read);
    const asked = { candidate, messageId, call, citable, append, stop, abandon };
    const response = await askModel(context, { ...asked, ...so, ...screened });
    const { fault, firstOutputAt } = response;
    const pause = fault && firstOutputAt === undefined ? pauseAfter(fault, tries, context.settings) : undefined;
    if (pause === undefined) return { ...response, call };
    await sleep(pause, undefined, { signal: AbortSignal.any([stop, abandon]) }).catch(() => undefined);
    abandon.throwIfAborted();
    if (stop.aborted) return { ...response, call, fault: undefined };
  }
};

interface RequestPlan {
  /** The steps that the model continues. */
  readonly steps: readonly ReplyStep[];
  /** The steps that it reads. */
  readonly read: readonly ReplyStep[];
  readonly correction: string | undefined;
  /** The events before what the model writes. */
  readonly voiding: readonly StreamEvent[];
  /** Whether calls are left. */
  readonly mayCall: boolean;
}

/**
 * A model continues the steps of the reply if it can, or begins anew, or writes the text of the reply once more. A text
 * that has to have a format is never continued: what holds a model to the format begins with the response.
 */
const planRequest = (
  { job, candidate, resetReason }: CandidateRunOptions,
  held: readonly ReplyStep[],
  correction: string | undefined,
): RequestPlan => {
  if (correction !== undefined) {
    return { steps: [], read: held, correction, voiding: repairEvents(held), mayCall: false };
  }
  const canPrefill = job.responseFormat === undefined && candidate.route.capabilities.includes('PREFILL');
  const continues = !onlyThinks(held) && (openTextOf(held).trim() === '' || canPrefill);
  const steps = continues ? held : [];
  return {
    steps,
    read: steps,
    correction,
    voiding: continues ? [] : [{ type: 'MessageReset', reason: resetReason }],
    mayCall: steps.filter(({ calls }) => calls.length > 0).length < maxToolSteps,
  };
};

export const runCandidate = async (context: GenerationContext, options: CandidateRunOptions): Promise<CandidateRun> => {
  const { job, candidate, entries, stop, abandon } = options;
  const { route, served } = candidate;
  const { countTokens } = served;
  const tools = toolsFor(job, route);
  /** By the id of the first call of the step. */
  const signatures = new Map<string, StepSignatures>();

  const promptAfter = async ({ read, correction }: RequestPlan): Promise<Prompt> => {
    const span = startSpan('build prompt');
    try {
      const limits = {
        contextWindow: contextWindowOf(candidate),
        maxOutputTokens: outputLimit(job, candidate),
        countTokens,
        seesPictures: route.capabilities.includes('VISION'),
      };
      return await buildPrompt(withPassages(options.history, job, limits, tools), limits, {
        steps: read,
        tools,
        correction,
        signatures,
      });
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
  let correction: string | undefined;
  for (;;) {
    if (stop.aborted) return conclude('CANCELLED');
    const plan = planRequest(options, stepsOf(entries), correction);
    const { steps, read } = plan;
    let { voiding } = plan;
    const append: Append = (events) => {
      const all = [...voiding, ...events];
      voiding = [];
      return options.append(all);
    };
    let prompt: Prompt;
    try {
      prompt = await promptAfter(plan);
    } catch (fault) {
      if (!(fault instanceof AppError)) throw fault;
      return conclude(correction === undefined ? fault : outputFault(false));
    }
    const mayCall = tools.length > 0 && plan.mayCall;
    const response = await askWithRetries(context, options, { prompt, steps, read, mayCall, append });
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
      // A reply that was written before takes nothing, however it ends.
      const used = candidate.reuse ? noUsage : await usageOfRequest({ ...bounds, reported, count, modelId, logger });
      usage = addUsage(usage, used);
      const { contextWindow } = bounds;
      fill = { tokens: used.inputTokens, contextWindow, droppedMessages: prompt.dropped };
    }
    if (refusal !== undefined) return conclude(refusal);
    if (end === undefined) {
      // What came does not fit, whatever kept the model from writing it again.
      return conclude(fault && correction !== undefined ? outputFault(false) : (fault ?? 'CANCELLED'));
    }
    const asked = mayCall && endsWithCalls(end.finishReason) ? end.calls : [];
    if (asked.length === 0) {
      const { finishReason } = end;
      const isThought = finishReason !== 'CONTENT_FILTER' && isOnlyThought(stepsOf(entries));
      if (isThought) return conclude(onlyThoughtFault(finishReason === 'LENGTH'));
      const misfits = job.responseFormat ? misfitsOf(job.responseFormat, textOfSteps(stepsOf(entries))) : [];
      if (misfits.length === 0) return conclude(finishReason);
      if (!mayRepair(entries, finishReason)) return conclude(outputFault(finishReason === 'LENGTH'));
      correction = correctionOf(misfits);
      continue;
    }
    const { ids, isWaiting } = await startToolCalls(
      { tools: context.tools, job, screening: options.screening, sources: options.sources, append, stop, abandon },
      { asked, steps, entries },
    );
    if (isWaiting && !stop.aborted) return conclude('PARKED');
    if (ids[0] !== undefined) signatures.set(ids[0], signaturesOf(end.thoughts, asked, ids));
  }
};
