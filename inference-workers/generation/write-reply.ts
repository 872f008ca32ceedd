/**
 * Writes a reply with the job's candidates, best first. Each candidate gets one run; when it fails, before its first
 * output or in the middle, the next candidate continues the text or begins anew. Invariants: text that clients saw is
 * voided only for new text, so when no candidate is left it is kept and the reply is PARTIAL; the whole reply is in the
 * log. Rejects only with the reason of the `abandon` signal or the fault of the stream log.
 */

import type { ModelFailure, PromptFill } from '#contracts/broker-events.ts';
import type { ReplyJob } from '#contracts/generation-job.ts';
import type { FinishReason, StreamEvent, ToolCall } from '#contracts/stream-event.ts';
import type { TokenUsage } from '#contracts/token-usage.ts';
import { AppError } from '#kernel/errors.ts';
import type { LoadedMessage } from '../attachments/load-attachments.ts';
import { OutputRefusal } from '../moderation/output-refusal.ts';
import { outputScreenOf } from '../moderation/output-screen.ts';
import { createCallScreening } from '../moderation/screen-calls.ts';
import { createReplySources } from '../sources/reply-sources.ts';
import { reasoningOfSteps, stepsOf, textOfSteps } from '../transcript/reply-steps.ts';
import type { Candidate } from './candidate.ts';
import { createDeferredAppend } from './deferred-append.ts';
import type { GenerationContext } from './generation-context.ts';
import type { LogSession } from './log-session.ts';
import { ModelFault } from './model-fault.ts';
import { reportBlocked } from './report-blocked.ts';
import { type CandidateRun, runCandidate } from './run-candidate.ts';
import { resumeToolCalls } from './run-tool-calls.ts';
import { noUsage } from './token-usage.ts';

export interface WrittenReply {
  /** Whether it has not ended, because a person has to decide about calls. Status and reason say nothing then. */
  readonly isParked: boolean;
  readonly status: 'COMPLETED' | 'PARTIAL' | 'CANCELLED' | 'FAILED';
  readonly finishReason: FinishReason;
  /** Everything that clients see, including text of earlier attempts and models. */
  readonly text: string;
  /** Likewise. */
  readonly reasoning: string;
  /** Likewise everything that clients see. */
  readonly toolCalls: readonly ToolCall[];
  /** The candidate that completed the reply, or the last one that was asked. */
  readonly lastAsked: Candidate | undefined;
  /** Whether `lastAsked` wrote text, reasoning or a tool call; `usage` is for that. */
  readonly wrote: boolean;
  readonly usage: TokenUsage;
  /** The last prompt of `lastAsked`; undefined where it was not asked. */
  readonly prompt: PromptFill | undefined;
  /** Milliseconds since the epoch of the first text or tool call of this attempt. */
  readonly firstTokenAt: number | undefined;
  /** Why the reply is PARTIAL or FAILED; meaningless otherwise. */
  readonly fault: AppError;
  /** The models that failed. */
  readonly modelFailures: readonly ModelFailure[];
}

export interface WriteReplyOptions {
  readonly job: ReplyJob;
  /** That of the job, with what its messages carry. */
  readonly history: readonly LoadedMessage[];
  readonly attempt: number;
  /** Best first; a kept reply may stand before the models. */
  readonly candidates: readonly Candidate[];
  readonly log: Pick<LogSession, 'entries' | 'append'>;
  /** Aborted when a person asked to stop. */
  readonly stop: AbortSignal;
  /** Aborted when this worker must not write any more. */
  readonly abandon: AbortSignal;
}

/** The passages of the reply, unless the log has shown them. */
const sourcesToShow = ({ retrieval }: ReplyJob, entries: LogSession['entries']): readonly StreamEvent[] => {
  if (retrieval === undefined || entries.some(({ event }) => event.type === 'SourcesFound')) return [];
  const { passages, failed } = retrieval;
  return [{ type: 'SourcesFound', passages, ...(failed ? { failed } : {}) }];
};

export const writeReply = async (context: GenerationContext, options: WriteReplyOptions): Promise<WrittenReply> => {
  const { job, history, attempt, candidates, log, stop, abandon } = options;
  const { entries } = log;
  const deferred = createDeferredAppend(log.append);
  const { append } = deferred;
  const screening = createCallScreening(outputScreenOf(context, job.outputModeration), (blocked) =>
    reportBlocked(context, job, blocked, abandon),
  );
  const sources = createReplySources(job, entries);
  const modelFailures: ModelFailure[] = [];
  let lastAsked: Candidate | undefined;
  let run: CandidateRun | undefined;
  let firstTokenAt: number | undefined;
  let fault: AppError = new ModelFault('MODEL_UNAVAILABLE', false);

  const isWritten = (): boolean => fault instanceof OutputRefusal || fault.code === 'OUTPUT_INVALID';
  const conclude = (
    status: WrittenReply['status'],
    finishReason: FinishReason,
    isParked: boolean = false,
  ): WrittenReply => {
    const steps = stepsOf(entries);
    return {
      isParked,
      status,
      finishReason,
      text: textOfSteps(steps),
      reasoning: reasoningOfSteps(steps),
      toolCalls: steps.flatMap(({ calls }) => calls),
      lastAsked,
      wrote: run?.firstOutputAt !== undefined,
      // A reply without any text is not billed. One in the wrong format has some, and what is withheld was written.
      usage: status === 'FAILED' && !isWritten() ? noUsage : (run?.usage ?? noUsage),
      prompt: run?.prompt,
      firstTokenAt,
      fault,
      modelFailures,
    };
  };

  try {
    // Calls that an earlier attempt started and did not complete.
    const calling = { tools: context.tools, job, screening, sources, append, stop, abandon };
    const isWaiting = await resumeToolCalls(
      calling,
      stepsOf(entries).flatMap(({ calls }) => calls),
    );
    if (isWaiting && !stop.aborted) return conclude('PARTIAL', 'TOOL_CALLS', true);
    for (const candidate of candidates) {
      const { modelId } = candidate.route;
      const reuse = candidate.reuse === undefined ? {} : { reuse: candidate.reuse };
      deferred.defer([{ type: 'MessageStarted', attempt, modelId, ...reuse }, ...sourcesToShow(job, entries)]);
      const resetReason = lastAsked === undefined ? 'WORKER_REPLACED' : 'MODEL_REPLACED';
      lastAsked = candidate;
      const askedAt = Date.now();
      run = await runCandidate(context, {
        job,
        history,
        candidate,
        resetReason,
        entries,
        screening,
        sources,
        append,
        stop,
        abandon,
      });
      const { end } = run;
      firstTokenAt ??= run.firstTokenAt;
      if (end === 'PARKED') return conclude('PARTIAL', 'TOOL_CALLS', true);
      if (!(end instanceof AppError)) return conclude(end === 'CANCELLED' ? end : 'COMPLETED', end);
      if (end instanceof OutputRefusal || end.code === 'OUTPUT_INVALID') {
        fault = end;
        return conclude('FAILED', 'ERROR');
      }
      const firstTokenMs = run.firstTokenAt === undefined ? undefined : run.firstTokenAt - askedAt;
      // The only fault that is not a model's is that of a prompt that does not fit.
      const origin = end instanceof ModelFault ? end.origin : 'REQUEST';
      const failure = { modelId, code: end.code, origin, firstTokenMs, durationMs: Date.now() - askedAt };
      // A reply that cannot be followed any more is no failure of a model.
      if (candidate.reuse === undefined) modelFailures.push(failure);
      fault = end;
    }
    return conclude(textOfSteps(stepsOf(entries)) === '' ? 'FAILED' : 'PARTIAL', 'ERROR');
  } finally {
    deferred.flush();
  }
};
