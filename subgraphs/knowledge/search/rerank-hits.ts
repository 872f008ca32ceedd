/**
 * Puts the best passages of a search in the order of a reranking model. Invariants: no passage is lost; those that the
 * model has not named come after the others, in the order that they had; passages of equal scores keep theirs.
 */
import type { Reranker } from './reranker.ts';

interface Hit {
  readonly heading: string;
  readonly text: string;
}

export interface Reranked<One> {
  readonly hits: readonly (One & { readonly rerankScore?: number })[];
  readonly isReranked: boolean;
}

export const rerankHits = async <One extends Hit>(
  reranker: Reranker,
  question: string,
  hits: readonly One[],
): Promise<Reranked<One>> => {
  const texts = hits
    .slice(0, reranker.mostTexts)
    .map(({ heading, text }) => (heading === '' ? text : `${heading}\n${text}`));
  const scores = await reranker.rank(question, texts);
  if (scores === undefined) return { hits, isReranked: false };
  const named = hits.flatMap((hit, place) => {
    const rerankScore = scores.get(place);
    return rerankScore === undefined ? [] : [{ ...hit, rerankScore }];
  });
  return {
    hits: [
      ...named.toSorted((one, other) => other.rerankScore - one.rerankScore),
      ...hits.filter((_, place) => !scores.has(place)),
    ],
    isReranked: true,
  };
};
