/**
 * Gets the answer of a reply from the job's candidates, best first: faults that pass are tried again before the first token, then, as
 * after a fault in the middle, the next model is asked. It goes on after the text so far where it can. Invariants: text that clients
 * saw is voided only in one append with the first words of a model that begins anew, so when nobody answers any more it is kept and
 * the answer is PARTIAL. It throws only what the `abandon` signal or the stream log says.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import { AppError } from '#kernel/errors.ts';
import type { ModelFailure, TokenUsage } from '#kernel/messages/events.ts';
import type { GenerationJob, RouteCandidate } from '#kernel/messages/generation-job.ts';
import type { FinishReason, ResetReason, StreamEvent } from '#kernel/stream-log/stream-event.ts';
import { startSpan } from '#kernel/telemetry/tracing.ts';
import { modelFaults, timeToFirstToken } from '../metrics.ts';
import { buildPrompt, type Prompt } from '../prompt/build-prompt.ts';
import type { ServedModel } from '../providers/registry.ts';
import { createDeltaWriter, type DeltaWriter } from './delta-writer.ts';
import type { GenerationContext } from './generation-context.ts';
import { ModelFault, toModelFault } from './model-fault.ts';
import { createOpeningAppend } from './opening-append.ts';
import { streamModel } from './stream-model.ts';
import { noUsage, usageOfProvider } from './token-usage.ts';

/** A model of the job that this worker has. */
export interface Candidate {
  readonly candidate: RouteCandidate;
  readonly served: ServedModel;
}

export interface Answer {
  readonly status: 'COMPLETED' | 'PARTIAL' | 'CANCELLED' | 'FAILED';
  readonly finishReason: FinishReason;
  /** Everything that clients see, the text of an earlier attempt or model included. */
  readonly text: string;
  /** What `by` said of it in this call, which `usage` is for. */
  readonly said: string;
  /** The candidate that answered, or the last that was asked. */
  readonly by: Candidate | undefined;
  readonly usage: TokenUsage;
  /** Milliseconds since the epoch of the first text of this attempt. */
  readonly firstTokenAt: number | undefined;
  /** Why it is PARTIAL or FAILED. */
  readonly fault: AppError | undefined;
  /** Models that were given up. */
  readonly modelFailures: readonly ModelFailure[];
}

export interface AnswerOptions {
  readonly job: GenerationJob;
  readonly attempt: number;
  readonly candidates: readonly Candidate[];
  /** What an earlier attempt left in the log. */
  readonly earlierText: string;
  readonly append: (events: readonly StreamEvent[]) => Promise<void>;
  /** Aborted when a person asked to stop. */
  readonly stop: AbortSignal;
  /** Aborted when this worker must not write any more. */
  readonly abandon: AbortSignal;
}

const outputLimit = (job: GenerationJob, candidate: RouteCandidate): number =>
  Math.min(job.maxOutputTokens ?? candidate.maxOutputTokens, candidate.maxOutputTokens);

/** White space that the prefix ends with, taken off the beginning of what follows. */
const withoutRepeatedSpace = (prefix: string, text: string): string => {
  const space = /\s+$/.exec(prefix)?.[0] ?? '';
  return space !== '' && text.startsWith(space) ? text.slice(space.length) : text;
};

export const answer = async (context: GenerationContext, options: AnswerOptions): Promise<Answer> => {
  const { settings, logger } = context;
  const { job, candidates, stop, abandon } = options;
  const ended = AbortSignal.any([stop, abandon]);
  const opening = createOpeningAppend(options.append);
  let prefix = options.earlierText;
  let opened: Prompt | undefined;
  let firstTokenAt: number | undefined;
  let by: Candidate | undefined;
  let fault: AppError | undefined;
  /** Whether `by` said something before it failed. */
  let spoke = false;
  /** When `by` was asked, and when it said its first word. */
  let askedAt = 0;
  let spokeAt: number | undefined;
  const modelFailures: ModelFailure[] = [];
  const giveUp = ({ candidate: { modelId } }: Candidate, code: string): void => {
    const firstTokenMs = spokeAt === undefined ? undefined : spokeAt - askedAt;
    modelFailures.push({ modelId, code, firstTokenMs, durationMs: Date.now() - askedAt });
  };
  /** Whether a model goes on after what clients see; else that has to be voided. */
  const continues = ({ candidate }: Candidate): boolean => prefix === '' || candidate.capabilities.includes('PREFILL');

  const conclude = (
    status: Answer['status'],
    finishReason: FinishReason,
    writer: DeltaWriter | undefined,
    provided?: LanguageModelV4Usage,
  ): Answer => {
    const said = writer?.text ?? '';
    const countTokens = by?.served.countTokens;
    const counted = (): TokenUsage =>
      // Who got nothing is billed nothing.
      opened === undefined || countTokens === undefined || status === 'FAILED'
        ? noUsage
        : { ...noUsage, inputTokens: opened.countInputTokens(), outputTokens: countTokens(said) };
    const usage = usageOfProvider(provided) ?? counted();
    return { status, finishReason, text: prefix + said, said, by, usage, firstTokenAt, fault, modelFailures };
  };

  /** One call. Undefined: it is not the end of the answer, and `fault` tells why. */
  const ask = async (next: Candidate, prompt: Prompt, resets: ResetReason): Promise<Answer | undefined> => {
    let voiding: readonly StreamEvent[] = continues(next) ? [] : [{ type: 'MessageReset', reason: resets }];
    const append = (events: readonly StreamEvent[]): Promise<void> => {
      const all = [...voiding, ...events];
      voiding = [];
      return opening.append(all);
    };
    const writer = createDeltaWriter({ ...settings, append });
    const { candidate, served } = next;
    const maxOutputTokens = outputLimit(job, candidate);
    const after = continues(next) ? prefix : '';
    const observeFirstToken = timeToFirstToken.start();
    const span = startSpan(`ask ${candidate.modelId}`, { kind: 'client' });
    try {
      const end = await streamModel(
        served.model,
        {
          prompt: [...prompt.messages],
          maxOutputTokens: after === '' ? maxOutputTokens : Math.max(1, maxOutputTokens - served.countTokens(after)),
          ...(job.temperature === undefined ? {} : { temperature: job.temperature }),
        },
        settings,
        ended,
        {
          onOpen() {
            opened = prompt;
          },
          onText(text) {
            const begins = writer.text === '';
            spokeAt ??= Date.now();
            firstTokenAt ??= spokeAt;
            if (begins) {
              observeFirstToken({ model: candidate.modelId });
              span.event('first token');
            }
            const full = writer.write(begins && served.trimsPrefix ? withoutRepeatedSpace(after, text) : text);
            if (writer.text !== '') prefix = after;
            return full;
          },
        },
      );
      span.end();
      await writer.flush();
      return conclude('COMPLETED', end.finishReason, writer, end.usage);
    } catch (cause) {
      span.end(stop.aborted ? undefined : toModelFault(cause));
      abandon.throwIfAborted();
      await writer.flush();
      if (stop.aborted) return conclude('CANCELLED', 'CANCELLED', writer);
      const failed = toModelFault(cause);
      fault = failed;
      modelFaults.add({ model: candidate.modelId, code: failed.code });
      logger.warn({ err: cause, messageId: job.messageId, modelId: candidate.modelId }, 'a model failed');
      if (writer.text !== '' && next === candidates.at(-1)) {
        giveUp(next, failed.code);
        return conclude('PARTIAL', 'ERROR', writer);
      }
      spoke = writer.text !== '';
      prefix += writer.text;
      return undefined;
    }
  };

  /** Milliseconds until the same model is asked again; undefined: it is not. */
  const pauseAfter = (tries: number): number | undefined => {
    if (!(fault instanceof ModelFault) || !fault.tryAgain || spoke || tries > settings.retries) return undefined;
    if (fault.retryAfterMs === undefined) return Math.random() * settings.retryBackoffMs * 2 ** (tries - 1);
    return fault.retryAfterMs <= settings.retryAfterMaxMs ? fault.retryAfterMs : undefined;
  };

  /** Says which model answers now. */
  const introduce = ({ candidate }: Candidate): void => {
    const events: StreamEvent[] = [{ type: 'MessageStarted', attempt: options.attempt, modelId: candidate.modelId }];
    opening.announce(events);
  };

  const askUntilAnswered = async (next: Candidate, resets: ResetReason): Promise<Answer | undefined> => {
    const { candidate, served } = next;
    const contextWindow = Math.min(candidate.contextWindow, served.contextWindow ?? candidate.contextWindow);
    const limits = { contextWindow, maxOutputTokens: outputLimit(job, candidate), countTokens: served.countTokens };
    let prompt: Prompt;
    const span = startSpan('build prompt');
    try {
      prompt = buildPrompt(job.history, limits, continues(next) ? prefix : '');
    } catch (cause) {
      if (!(cause instanceof AppError)) throw cause;
      fault = cause;
      return undefined;
    } finally {
      span.end();
    }
    for (let tries = 1; ; tries += 1) {
      const answered = await ask(next, prompt, resets);
      const pause = answered === undefined ? pauseAfter(tries) : undefined;
      if (answered !== undefined || pause === undefined) return answered;
      await sleep(pause, undefined, { signal: ended }).catch(() => undefined);
      abandon.throwIfAborted();
      if (stop.aborted) return conclude('CANCELLED', 'CANCELLED', undefined);
    }
  };

  try {
    for (const next of candidates) {
      introduce(next);
      const resets = by === undefined ? 'WORKER_REPLACED' : 'MODEL_REPLACED';
      by = next;
      askedAt = Date.now();
      spokeAt = undefined;
      opened = undefined;
      spoke = false;
      if (stop.aborted) return conclude('CANCELLED', 'CANCELLED', undefined);
      const answered = await askUntilAnswered(next, resets);
      if (answered !== undefined) return answered;
      if (fault) giveUp(next, fault.code);
    }
    fault ??= new ModelFault('MODEL_UNAVAILABLE', false);
    return conclude(prefix === '' ? 'FAILED' : 'PARTIAL', 'ERROR', undefined);
  } finally {
    opening.flush();
  }
};
