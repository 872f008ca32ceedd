/** A kept reply among the candidates of a job. */
import type { RouteCandidate } from '#contracts/generation-job.ts';
import type { ReuseLever } from '#contracts/reuse.ts';
import type { ServedModel } from '../providers/registry.ts';
import { createFollowedModel, type FollowedReply } from './followed-model.ts';
import { createKeptModel } from './kept-model.ts';

/** A model that a reply can be asked of. */
export interface AskedModel {
  /** As routing put it into the job. */
  readonly route: RouteCandidate;
  readonly served: ServedModel;
}

/** A reply that was kept, in the place of the model that wrote it. */
export interface KeptCandidate extends AskedModel {
  readonly reuse: ReuseLever;
}

const inPlaceOf = ({ route, served }: AskedModel, model: ServedModel['model'], reuse: ReuseLever): KeptCandidate => ({
  // It continues whatever of it the log holds.
  route: { ...route, capabilities: [...new Set([...route.capabilities, 'PREFILL' as const])] },
  served: { ...served, model, trimsPrefix: false },
  reuse,
});

/** @param rest the text behind that which the log of the reply holds */
export const keptCandidate = (asked: AskedModel, rest: string, reuse: ReuseLever): KeptCandidate =>
  inPlaceOf(asked, createKeptModel(rest), reuse);

/** A reply that is being written to an equal request, in the place of the model that writes it. */
export const followedCandidate = (asked: AskedModel, reply: FollowedReply, reuse: ReuseLever): KeptCandidate =>
  inPlaceOf(asked, createFollowedModel(reply), reuse);
