/** A candidate of a job whose prompts are masked. Its tokens are those of what the model reads and writes. */
import type { RouteCandidate } from '#contracts/generation-job.ts';
import { createPlaceholders } from '#contracts/pii/placeholders.ts';
import type { ServedModel } from '../providers/registry.ts';
import { createMaskingModel, noteTokens } from './masking-model.ts';

interface ServedCandidate {
  readonly route: RouteCandidate;
  readonly served: ServedModel;
}

export const maskedCandidate = ({ route, served }: ServedCandidate): ServedCandidate => ({
  route,
  served: {
    ...served,
    model: createMaskingModel(served.model),
    countTokens: (text) => served.countTokens(createPlaceholders().mask(text)),
    contextWindow: Math.max(1, Math.min(route.contextWindow, served.contextWindow ?? route.contextWindow) - noteTokens),
  },
});
