/** A candidate of a job whose model this worker serves, and what that model may write and call. */
import {
  type GenerationJob,
  outputTokensOf,
  type ReplyJob,
  type RouteCandidate,
  type Tool,
} from '#contracts/generation-job.ts';
import type { ReuseLever } from '#contracts/reuse.ts';
import type { ModelRegistry, ServedModel } from '../providers/registry.ts';

export interface Candidate {
  /** The candidate as routing put it into the job. */
  readonly route: RouteCandidate;
  readonly served: ServedModel;
  /** Where it is no model, but a kept reply of this one (reuse/kept-model.ts). */
  readonly reuse?: ReuseLever;
}

/** The job's candidates whose models the registry has, best first. */
export const servedCandidates = (job: GenerationJob, registry: ModelRegistry): readonly Candidate[] =>
  job.candidates.flatMap((route) => {
    const served = registry.find(route.modelId);
    return served === undefined ? [] : [{ route, served }];
  });

/** Tokens that a whole reply may have. */
export const outputLimit = (job: ReplyJob, { route }: Candidate): number => outputTokensOf(route, job);

/** Tokens of prompt and reply together. */
export const contextWindowOf = ({ route, served }: Candidate): number =>
  Math.min(route.contextWindow, served.contextWindow ?? route.contextWindow);

/** The tools that the model may call; none where it lacks the capability. */
export const toolsFor = ({ tools = [] }: ReplyJob, route: RouteCandidate): readonly Tool[] =>
  route.capabilities.includes('TOOLS') ? tools : [];
