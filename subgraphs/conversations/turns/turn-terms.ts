/**
 * What of a turn follows from its request and its conversation together: its instructions, the documents that its model
 * may search, and its terms of reuse.
 */
import type { ReplyJob } from '#contracts/generation-job.ts';
import { formatInstruction } from '#contracts/response-format.ts';
import type { ReuseTerms } from '#contracts/reuse.ts';
import type { CuratedReplies } from './curated-replies.ts';
import type { TurnContext } from './read-turn-context.ts';
import type { Route } from './routes.ts';
import type { TurnRequest } from './turn-request.ts';

/** Everything that instructs the model, as `buildJob` writes it. */
export const instructionsOf = (
  { responseFormat }: Pick<TurnRequest, 'responseFormat'>,
  { systemPrompt }: Pick<TurnContext, 'systemPrompt'>,
): string | undefined =>
  responseFormat === undefined ? systemPrompt : `${systemPrompt ?? ''}\n${formatInstruction(responseFormat)}`;

/** Undefined where the model may search none: the reply draws on no collections, or the client wants no tools. */
export const documentsOf = (
  request: Pick<TurnRequest, 'collectionIds' | 'tools'>,
  context: Pick<TurnContext, 'collectionIds'>,
): ReplyJob['documents'] => {
  const collectionIds = [...(request.collectionIds ?? context.collectionIds)];
  return collectionIds.length === 0 || request.tools?.length === 0 ? undefined : { collectionIds };
};

/** Curated replies are for first questions that nothing else instructs. */
export const reuseOf = async (
  curatedReplies: CuratedReplies,
  request: TurnRequest,
  { context, route, text }: { readonly context: TurnContext; readonly route: Route; readonly text: string },
): Promise<ReuseTerms | undefined> => {
  const { identity, reuse } = request;
  if (reuse === 'NEVER' || route.reuse === undefined) return undefined;
  const isFirst = context.parentId === undefined && !instructionsOf(request, context);
  return route.reuse.usesCurated && isFirst
    ? curatedReplies.addTo(route.reuse, { identity, question: text })
    : route.reuse;
};
