/**
 * One candidate's turn at an answer: it is asked, what it calls is run, and it is asked again with the results, until
 * it calls nothing more or fails. It goes on after what the log holds where it can. Invariant: what clients saw is
 * voided only in one append with the first words or calls of a model that begins anew.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '#kernel/errors.ts';
import type { TokenUsage } from '#kernel/messages/events.ts';
import type { GenerationJob } from '#kernel/messages/generation-job.ts';
import type { FinishReason, ResetReason, StreamEvent } from '#kernel/stream-log/stream-event.ts';
import { startSpan } from '#kernel/telemetry/tracing.ts';
import { buildPrompt, type Prompt } from '../prompt/build-prompt.ts';
import { offerOf } from '../prompt/offer-tools.ts';
import { type Asked, askModel } from './ask-model.ts';
import { type Candidate, contextWindowOf, outputLimit, toolsFor } from './candidate.ts';
import type { GenerationContext, GenerationSettings } from './generation-context.ts';
import type { LogSession } from './log-session.ts';
import type { ModelFault } from './model-fault.ts';
import { beginToolCalls } from './run-tool-calls.ts';
import { openTextOf, type Step, stepsOf, writtenIn } from './steps.ts';
import { addUsage, noUsage, type UsageBounds, usageOfRequest } from './token-usage.ts';

/**
 * Times that a model may call tools for one answer: enough for a search that is refined, and an end for one that goes
 * in circles.
 */
const maxSteps = 8;

type Append = LogSession['append'];

export interface TurnOptions {
  readonly job: GenerationJob;
  readonly by: Candidate;
  /** What clients are told where the text so far becomes void. */
  readonly resets: ResetReason;
  readonly entries: LogSession['entries'];
  readonly append: Append;
  /** Aborted when a person asked to stop. */
  readonly stop: AbortSignal;
  /** Aborted when this worker must not write any more. */
  readonly abandon: AbortSignal;
}

export interface Turn {
  /** How the answer ended, CANCELLED where it was stopped; or why it did not. */
  readonly end: FinishReason | AppError;
  /** Of all requests of the turn. */
  readonly usage: TokenUsage;
  /** Milliseconds since the epoch of its first word or call; undefined where there was none. */
  readonly spokeAt: number | undefined;
}

/** Milliseconds until the same model is asked again; undefined: it is not. */
const pauseAfter = (fault: ModelFault, tries: number, settings: GenerationSettings): number | undefined => {
  if (!fault.tryAgain || tries > settings.retries) return undefined;
  if (fault.retryAfterMs === undefined) return Math.random() * settings.retryBackoffMs * 2 ** (tries - 1);
  return fault.retryAfterMs <= settings.retryAfterMaxMs ? fault.retryAfterMs : undefined;
};

/** Finish reasons with which calls are whole and meant. */
const endsWithCalls = (reason: FinishReason): boolean => reason === 'TOOL_CALLS' || reason === 'STOP';

export const takeTurn = async (context: GenerationContext, options: TurnOptions): Promise<Turn> => {
  const { settings, logger } = context;
  const { job, by, entries, stop, abandon } = options;
  const { candidate, served } = by;
  const { countTokens } = served;
  const tools = toolsFor(job, candidate);

  const promptAfter = async (steps: readonly Step[]): Promise<Prompt> => {
    const span = startSpan('build prompt');
    try {
      const limits = { contextWindow: contextWindowOf(by), maxOutputTokens: outputLimit(job, by), countTokens };
      return await buildPrompt(job.history, limits, { steps, tools });
    } finally {
      span.end();
    }
  };

  /** Asks until the model has answered, has failed for good, or was stopped. */
  const ask = async (
    prompt: Prompt,
    { steps, mayCall, append }: { readonly steps: readonly Step[]; readonly mayCall: boolean; readonly append: Append },
  ): Promise<Asked & Pick<UsageBounds, 'call'>> => {
    const written = steps.length === 0 ? 0 : countTokens(writtenIn(steps));
    const call = {
      prompt: [...prompt.messages],
      maxOutputTokens: Math.max(1, outputLimit(job, by) - written),
      ...(job.temperature === undefined ? {} : { temperature: job.temperature }),
      ...offerOf(tools, mayCall),
    };
    const { messageId } = job;
    for (let tries = 1; ; tries += 1) {
      const asked = await askModel(context, { by, messageId, call, after: openTextOf(steps), append, stop, abandon });
      const { fault, spokeAt } = asked;
      const pause = fault && spokeAt === undefined ? pauseAfter(fault, tries, settings) : undefined;
      if (pause === undefined) return { ...asked, call };
      await sleep(pause, undefined, { signal: AbortSignal.any([stop, abandon]) }).catch(() => undefined);
      abandon.throwIfAborted();
      if (stop.aborted) return { ...asked, call, fault: undefined };
    }
  };

  let usage = noUsage;
  let spokeAt: number | undefined;
  const over = (end: Turn['end']): Turn => ({ end, usage, spokeAt });
  for (;;) {
    if (stop.aborted) return over('CANCELLED');
    const held = stepsOf(entries);
    const continues = openTextOf(held) === '' || candidate.capabilities.includes('PREFILL');
    const before = continues ? held : [];
    let voiding: readonly StreamEvent[] = continues ? [] : [{ type: 'MessageReset', reason: options.resets }];
    const append: Append = (events) => {
      const all = [...voiding, ...events];
      voiding = [];
      return options.append(all);
    };
    let prompt: Prompt;
    try {
      prompt = await promptAfter(before);
    } catch (fault) {
      if (!(fault instanceof AppError)) throw fault;
      return over(fault);
    }
    const mayCall = tools.length > 0 && before.filter(({ calls }) => calls.length > 0).length < maxSteps;
    const { end, fault, text, opened, call, ...asked } = await ask(prompt, { steps: before, mayCall, append });
    spokeAt ??= asked.spokeAt;
    const written = text + (end?.calls.map(({ toolName, input }) => toolName + input).join('') ?? '');
    const count = async (): Promise<TokenUsage> => {
      const inputTokens = await prompt.countInputTokens();
      return { ...noUsage, inputTokens, outputTokens: countTokens(written) };
    };
    if (opened) {
      const bounds = { call, written, contextWindow: contextWindowOf(by) };
      const { modelId } = candidate;
      usage = addUsage(usage, await usageOfRequest({ ...bounds, said: end?.usage, count, modelId, logger }));
    }
    if (end === undefined) return over(fault ?? 'CANCELLED');
    const wanted = mayCall && endsWithCalls(end.finishReason) ? end.calls : [];
    if (wanted.length === 0) return over(end.finishReason);
    await beginToolCalls({ tools: context.tools, job, append, stop, abandon }, { asked: wanted, before, entries });
  }
};
