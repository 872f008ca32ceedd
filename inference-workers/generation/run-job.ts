/**
 * What becomes of one delivery of a jobs queue. A job that cannot be read is refused; one for models that this worker
 * lacks goes back a few times, so that another worker of the pool can take it, and then fails as MODEL_UNAVAILABLE.
 */
import type { Delivery, Json, Settlement } from '#kernel/broker/broker.ts';
import { UnreadableBodyError } from '#kernel/broker/settle-patiently.ts';
import { type GenerationJob, generationJobSchema } from '#kernel/messages/generation-job.ts';
import { inSpan } from '#kernel/telemetry/tracing.ts';
import type { ModelRegistry } from '../providers/registry.ts';
import type { LeaveSignals } from '../running-jobs.ts';
import type { Candidate } from './candidate.ts';
import type { GenerationContext } from './generation-context.ts';
import { runReply } from './run-reply.ts';
import { runTitle } from './run-title.ts';

/** Deliveries of a job that this worker cannot serve before it answers for all: below the queue's delivery limit. */
const timesPutBack = 3;

const servedCandidates = (job: GenerationJob, registry: ModelRegistry): readonly Candidate[] =>
  job.candidates.flatMap((candidate) => {
    const served = registry.find(candidate.modelId);
    return served === undefined ? [] : [{ candidate, served }];
  });

export const runJob = async (
  context: GenerationContext,
  delivery: Delivery<Json>,
  leave: LeaveSignals,
): Promise<Settlement> => {
  const parsed = generationJobSchema.safeParse(delivery.body);
  if (!parsed.success) throw new UnreadableBodyError('not a job', { cause: parsed.error });
  const job = parsed.data;
  const candidates = servedCandidates(job, context.registry);
  const deliveries = (job.deliveredBefore ?? 0) + delivery.redeliveries;
  if (candidates.length === 0 && deliveries < timesPutBack) return 'retry';
  const { kind, traceparent: parent } = job;
  return inSpan(`generate ${kind}`, { kind: 'consumer', parent }, () =>
    kind === 'title'
      ? runTitle(context, job, candidates, leave.handOver)
      : runReply(context, { job, candidates, redeliveries: delivery.redeliveries, ...leave }),
  );
};
