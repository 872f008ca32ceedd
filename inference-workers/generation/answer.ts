/**
 * Gets the answer of a reply from the job's candidates, best first; each takes a turn, and where it fails, before its
 * first word or in the middle, the next one goes on or begins anew. Invariants: what clients saw is never voided for
 * nothing, so when nobody answers any more it is kept and the answer is PARTIAL; all of the answer is in the log. It
 * throws only what the `abandon` signal or the stream log says.
 */
import { AppError } from '#kernel/errors.ts';
import type { ModelFailure, TokenUsage } from '#kernel/messages/events.ts';
import type { GenerationJob } from '#kernel/messages/generation-job.ts';
import type { FinishReason, ToolCall } from '#kernel/stream-log/stream-event.ts';
import type { Candidate } from './candidate.ts';
import type { GenerationContext } from './generation-context.ts';
import type { LogSession } from './log-session.ts';
import { ModelFault } from './model-fault.ts';
import { createOpeningAppend } from './opening-append.ts';
import { runToolCalls } from './run-tool-calls.ts';
import { stepsOf, textOfSteps } from './steps.ts';
import { type Turn, takeTurn } from './take-turn.ts';
import { noUsage } from './token-usage.ts';

export interface Answer {
  readonly status: 'COMPLETED' | 'PARTIAL' | 'CANCELLED' | 'FAILED';
  readonly finishReason: FinishReason;
  /** Everything that clients see, the text of an earlier attempt or model included. */
  readonly text: string;
  /** Likewise. */
  readonly toolCalls: readonly ToolCall[];
  /** The candidate that answered, or the last that was asked. */
  readonly by: Candidate | undefined;
  /** Whether `by` said or called something, which `usage` is for. */
  readonly spoke: boolean;
  readonly usage: TokenUsage;
  /** Milliseconds since the epoch of the first word or call of this attempt. */
  readonly firstTokenAt: number | undefined;
  /** Why it is PARTIAL or FAILED; of no meaning else. */
  readonly fault: AppError;
  /** Models that were given up. */
  readonly modelFailures: readonly ModelFailure[];
}

export interface AnswerOptions {
  readonly job: GenerationJob;
  readonly attempt: number;
  readonly candidates: readonly Candidate[];
  readonly log: Pick<LogSession, 'entries' | 'append'>;
  /** Aborted when a person asked to stop. */
  readonly stop: AbortSignal;
  /** Aborted when this worker must not write any more. */
  readonly abandon: AbortSignal;
}

export const answer = async (context: GenerationContext, options: AnswerOptions): Promise<Answer> => {
  const { job, attempt, candidates, log, stop, abandon } = options;
  const { entries } = log;
  const opening = createOpeningAppend(log.append);
  const { append } = opening;
  const modelFailures: ModelFailure[] = [];
  let by: Candidate | undefined;
  let turn: Turn | undefined;
  let firstTokenAt: number | undefined;
  let fault: AppError = new ModelFault('MODEL_UNAVAILABLE', false);

  const conclude = (status: Answer['status'], finishReason: FinishReason): Answer => {
    const steps = stepsOf(entries);
    return {
      status,
      finishReason,
      text: textOfSteps(steps),
      toolCalls: steps.flatMap(({ calls }) => calls),
      by,
      spoke: turn?.spokeAt !== undefined,
      // Who got nothing is billed nothing.
      usage: status === 'FAILED' ? noUsage : (turn?.usage ?? noUsage),
      firstTokenAt,
      fault,
      modelFailures,
    };
  };

  try {
    // What an earlier attempt left running.
    const running = stepsOf(entries).flatMap(({ calls }) => calls.filter(({ status }) => status === 'RUNNING'));
    if (running.length > 0) await runToolCalls({ tools: context.tools, job, append, stop, abandon }, running);
    for (const next of candidates) {
      const { modelId } = next.candidate;
      opening.announce([{ type: 'MessageStarted', attempt, modelId }]);
      const resets = by === undefined ? 'WORKER_REPLACED' : 'MODEL_REPLACED';
      by = next;
      const askedAt = Date.now();
      turn = await takeTurn(context, { job, by, resets, entries, append, stop, abandon });
      const { end, spokeAt } = turn;
      firstTokenAt ??= spokeAt;
      if (!(end instanceof AppError)) return conclude(end === 'CANCELLED' ? end : 'COMPLETED', end);
      const firstTokenMs = spokeAt === undefined ? undefined : spokeAt - askedAt;
      // What is no fault of a model is that of a prompt that does not fit.
      const origin = end instanceof ModelFault ? end.origin : 'REQUEST';
      modelFailures.push({ modelId, code: end.code, origin, firstTokenMs, durationMs: Date.now() - askedAt });
      fault = end;
    }
    return conclude(textOfSteps(stepsOf(entries)) === '' ? 'FAILED' : 'PARTIAL', 'ERROR');
  } finally {
    opening.flush();
  }
};
