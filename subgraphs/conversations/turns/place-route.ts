/**
 * Orders the candidates of an admitted turn by the room in their queues, and states why its reply goes to the first
 * one: what was chosen for the question, and what the queues changed.
 */
import type { MessageRouting } from '../entities.ts';
import type { JudgedTurn } from './judge-turn.ts';
import type { PlaceReply } from './queue-pressure.ts';
import type { Route } from './routes.ts';

export interface PlacedRoute {
  readonly route: Route;
  readonly routing: MessageRouting;
}

/** Throws OVERLOADED. */
export const placeRoute = (
  placeReply: PlaceReply,
  route: Route,
  { complexity, basis, language, reason }: JudgedTurn,
): PlacedRoute => {
  const { candidates, overflow } = placeReply(route);
  const [best] = candidates;
  if (best === undefined) throw new Error('a route has a candidate');
  // The reason of the route is that of the candidate that stood first.
  const sentences = overflow === undefined ? [route.reason, reason] : [overflow, reason];
  return {
    route: { ...route, candidates },
    routing: {
      ...{ policy: route.policy, complexity, basis, language, modelId: best.modelId },
      overflowed: overflow !== undefined,
      reason: sentences.join(' '),
    },
  };
};
