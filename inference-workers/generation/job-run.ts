/** What a runner gets with the delivery of a job, whatever its kind. */
import type { GenerationJob } from '#kernel/messages/generation-job.ts';
import type { LeaveSignals } from '../running-jobs.ts';
import type { Candidate } from './candidate.ts';

export interface JobRunOptions<Job extends GenerationJob> extends LeaveSignals {
  readonly job: Job;
  /** The job's candidates that this worker serves, best first. */
  readonly candidates: readonly Candidate[];
  /** How often the broker delivered this copy of the job before. */
  readonly redeliveries: number;
}
