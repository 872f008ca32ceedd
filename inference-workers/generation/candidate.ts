/** A model of a job that this worker has, and how much of an answer it may write. */
import type { GenerationJob, RouteCandidate, Tool } from '#kernel/messages/generation-job.ts';
import type { ServedModel } from '../providers/registry.ts';

export interface Candidate {
  readonly candidate: RouteCandidate;
  readonly served: ServedModel;
}

/** Tokens of a whole answer, at most. */
export const outputLimit = (job: GenerationJob, { candidate }: Candidate): number =>
  Math.min(job.maxOutputTokens ?? candidate.maxOutputTokens, candidate.maxOutputTokens);

/** Tokens of prompt and answer together. */
export const contextWindowOf = ({ candidate, served }: Candidate): number =>
  Math.min(candidate.contextWindow, served.contextWindow ?? candidate.contextWindow);

/** What the model may call; none where it knows no calls. */
export const toolsFor = ({ tools = [] }: GenerationJob, candidate: RouteCandidate): readonly Tool[] =>
  candidate.capabilities.includes('TOOLS') ? tools : [];
