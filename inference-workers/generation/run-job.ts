/**
 * Handles one delivery of a jobs queue. A job that cannot be read is refused. A job for models that this worker lacks
 * is requeued a few times, so that another worker of the pool can take it, and then runs without a candidate.
 */

import { generationJobSchema, type ReplyJob, type SummaryJob, type TitleJob } from '#contracts/generation-job.ts';
import type { Delivery, Json, Settlement } from '#kernel/broker/broker.ts';
import { UnreadableBodyError } from '#kernel/broker/settle-patiently.ts';
import { withRequestId } from '#kernel/request-id.ts';
import { inSpan } from '#kernel/telemetry/tracing.ts';
import { maskedCandidate } from '../pii/masked-candidate.ts';
import type { LeaveSignals } from '../running-jobs.ts';
import { servedCandidates } from './candidate.ts';
import type { GenerationContext } from './generation-context.ts';
import type { JobRunOptions } from './job-run.ts';
import { runReply } from './run-reply.ts';
import { runSummary } from './run-summary.ts';
import { runTitle } from './run-title.ts';

/** Deliveries of a job after which a worker runs it without a candidate. Less than the queue's delivery limit. */
const maxRequeues = 3;

interface JobKinds {
  readonly reply: ReplyJob;
  readonly title: TitleJob;
  readonly summary: SummaryJob;
}
type Kind = keyof JobKinds;
type Runners = {
  readonly [One in Kind]: (context: GenerationContext, options: JobRunOptions<JobKinds[One]>) => Promise<Settlement>;
};

const runners: Runners = { reply: runReply, title: runTitle, summary: runSummary };

const runOfKind = <One extends Kind>(
  kind: One,
  context: GenerationContext,
  options: JobRunOptions<JobKinds[One]>,
): Promise<Settlement> => runners[kind](context, options);

export const runJob = async (
  context: GenerationContext,
  delivery: Delivery<Json>,
  leave: LeaveSignals,
): Promise<Settlement> => {
  const parsed = generationJobSchema.safeParse(delivery.body);
  if (!parsed.success) throw new UnreadableBodyError('not a job', { cause: parsed.error });
  const job = parsed.data;
  const { redeliveries } = delivery;
  const served = servedCandidates(job, context.registry);
  const candidates = job.pii === 'MASK_PROMPTS' ? served.map(maskedCandidate) : served;
  const earlier = 'deliveredBefore' in job ? (job.deliveredBefore ?? 0) : 0;
  if (candidates.length === 0 && earlier + redeliveries < maxRequeues) return 'retry';
  const { kind, traceparent: parent, requestId } = job;
  return withRequestId(requestId, () =>
    inSpan(`generate ${kind}`, { kind: 'consumer', parent }, () =>
      runOfKind(kind, context, { job, candidates, redeliveries, ...leave }),
    ),
  );
};
