/**
 * Gets the answer of a reply from the job's candidates, best first: faults that pass are tried again before the first token, then
 * the next model is asked. Invariant: once a model has said something, no other model is asked; what it said is kept, and a
 * fault after that makes the answer PARTIAL. It throws only what the `abandon` signal or the stream log says.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { LanguageModelV4Usage } from '@ai-sdk/provider';
import { AppError } from '#kernel/errors.ts';
import type { TokenUsage } from '#kernel/messages/events.ts';
import type { GenerationJob, RouteCandidate } from '#kernel/messages/generation-job.ts';
import type { FinishReason, StreamEvent } from '#kernel/stream-log/stream-event.ts';
import { buildPrompt, type Prompt } from '../prompt/build-prompt.ts';
import type { ServedModel } from '../providers/registry.ts';
import { createDeltaWriter, type DeltaWriter } from './delta-writer.ts';
import type { GenerationContext } from './generation-context.ts';
import { ModelFault, toModelFault } from './model-fault.ts';
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
  /** Everything that clients saw, the text of an earlier attempt included. */
  readonly text: string;
  /** The candidate that answered, or the last that was asked. */
  readonly by: Candidate | undefined;
  readonly usage: TokenUsage;
  /** Milliseconds since the epoch of the first text of this attempt. */
  readonly firstTokenAt: number | undefined;
  /** Why it is PARTIAL or FAILED. */
  readonly fault: AppError | undefined;
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
  let prefix = options.earlierText;
  let opened: Prompt | undefined;
  let firstTokenAt: number | undefined;
  let by: Candidate | undefined;
  let fault: AppError | undefined;

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
    return { status, finishReason, text: prefix + said, by, usage, firstTokenAt, fault };
  };

  /** One call. Undefined: nothing was said, and `fault` tells why. */
  const ask = async (next: Candidate, prompt: Prompt): Promise<Answer | undefined> => {
    const writer = createDeltaWriter({ ...settings, append: options.append });
    const { candidate, served } = next;
    const maxOutputTokens = outputLimit(job, candidate);
    try {
      const end = await streamModel(
        served.model,
        {
          prompt: [...prompt.messages],
          maxOutputTokens: prefix === '' ? maxOutputTokens : Math.max(1, maxOutputTokens - served.countTokens(prefix)),
          ...(job.temperature === undefined ? {} : { temperature: job.temperature }),
        },
        settings,
        ended,
        {
          onOpen() {
            opened = prompt;
          },
          onText(text) {
            const begins = firstTokenAt === undefined;
            firstTokenAt ??= Date.now();
            return writer.write(begins && served.trimsPrefix ? withoutRepeatedSpace(prefix, text) : text);
          },
        },
      );
      await writer.flush();
      return conclude('COMPLETED', end.finishReason, writer, end.usage);
    } catch (cause) {
      abandon.throwIfAborted();
      await writer.flush();
      if (stop.aborted) return conclude('CANCELLED', 'CANCELLED', writer);
      fault = toModelFault(cause);
      logger.warn({ err: cause, messageId: job.messageId, modelId: candidate.modelId }, 'a model failed');
      return writer.text === '' ? undefined : conclude('PARTIAL', 'ERROR', writer);
    }
  };

  /** Milliseconds until the same model is asked again; undefined: it is not. */
  const pauseAfter = (tries: number): number | undefined => {
    if (!(fault instanceof ModelFault) || !fault.tryAgain || tries > settings.retries) return undefined;
    if (fault.retryAfterMs === undefined) return Math.random() * settings.retryBackoffMs * 2 ** (tries - 1);
    return fault.retryAfterMs <= settings.retryAfterMaxMs ? fault.retryAfterMs : undefined;
  };

  /** Says which model answers now, and voids the earlier text where this model cannot go on after it. */
  const introduce = ({ candidate }: Candidate): void => {
    const events: StreamEvent[] = [{ type: 'MessageStarted', attempt: options.attempt, modelId: candidate.modelId }];
    if (prefix !== '' && !candidate.capabilities.includes('PREFILL')) {
      events.push({ type: 'MessageReset', reason: by === undefined ? 'WORKER_REPLACED' : 'MODEL_REPLACED' });
      prefix = '';
    }
    // Not awaited: the model is asked meanwhile. What goes wrong here ends the session, and through it this generation.
    options.append(events).catch(() => undefined);
  };

  const askUntilAnswered = async (next: Candidate): Promise<Answer | undefined> => {
    const { candidate, served } = next;
    const contextWindow = Math.min(candidate.contextWindow, served.contextWindow ?? candidate.contextWindow);
    const limits = { contextWindow, maxOutputTokens: outputLimit(job, candidate), countTokens: served.countTokens };
    let prompt: Prompt;
    try {
      prompt = buildPrompt(job.history, limits, prefix);
    } catch (cause) {
      if (!(cause instanceof AppError)) throw cause;
      fault = cause;
      return undefined;
    }
    for (let tries = 1; ; tries += 1) {
      const answered = await ask(next, prompt);
      const pause = answered === undefined ? pauseAfter(tries) : undefined;
      if (answered !== undefined || pause === undefined) return answered;
      await sleep(pause, undefined, { signal: ended }).catch(() => undefined);
      abandon.throwIfAborted();
      if (stop.aborted) return conclude('CANCELLED', 'CANCELLED', undefined);
    }
  };

  for (const next of candidates) {
    introduce(next);
    by = next;
    opened = undefined;
    if (stop.aborted) return conclude('CANCELLED', 'CANCELLED', undefined);
    const answered = await askUntilAnswered(next);
    if (answered !== undefined) return answered;
  }
  fault ??= new ModelFault('MODEL_UNAVAILABLE', false);
  return conclude(prefix === '' ? 'FAILED' : 'PARTIAL', 'ERROR', undefined);
};
