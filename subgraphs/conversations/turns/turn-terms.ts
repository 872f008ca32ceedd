/** What of a turn follows from its request and its conversation together: its instructions, and its terms of reuse. */
import type { Identity } from '#contracts/identity.ts';
import { formatInstruction, type ResponseFormat } from '#contracts/response-format.ts';
import type { ReusePolicy, ReuseTerms } from '#contracts/reuse.ts';
import type { CuratedReplies } from './curated-replies.ts';
import type { TurnContext } from './read-turn-context.ts';
import type { Route } from './routes.ts';

interface FormattedRequest {
  /** Undefined: text. */
  readonly responseFormat?: ResponseFormat | undefined;
}

/** Everything that instructs the model, as `buildJob` writes it. */
export const instructionsOf = (
  { responseFormat }: FormattedRequest,
  { systemPrompt }: Pick<TurnContext, 'systemPrompt'>,
): string | undefined =>
  responseFormat === undefined ? systemPrompt : `${systemPrompt ?? ''}\n${formatInstruction(responseFormat)}`;

interface ReusingRequest extends FormattedRequest {
  readonly identity: Identity;
  readonly reuse?: ReusePolicy | undefined;
}

/** Curated replies are for first questions that nothing else instructs. */
export const reuseOf = async (
  curatedReplies: CuratedReplies,
  request: ReusingRequest,
  { context, route, text }: { readonly context: TurnContext; readonly route: Route; readonly text: string },
): Promise<ReuseTerms | undefined> => {
  const { identity, reuse } = request;
  if (reuse === 'NEVER' || route.reuse === undefined) return undefined;
  const isFirst = context.parentId === undefined && !instructionsOf(request, context);
  return route.reuse.usesCurated && isFirst
    ? curatedReplies.addTo(route.reuse, { identity, question: text })
    : route.reuse;
};
