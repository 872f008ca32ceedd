/** The passages that a reply cites. Invariant: `[n]` in its text is the citation with the index n. */
import { citedNumbers } from '#contracts/citations.ts';
import type { Passage } from '#contracts/passages.ts';
import type { Message } from '../entities.ts';

export const citationsOf = ({ content, generation }: Pick<Message, 'content' | 'generation'>): readonly Passage[] => {
  const passages = generation?.retrieval?.passages ?? [];
  if (passages.length === 0) return [];
  const cited = new Set(citedNumbers(content));
  return passages.filter(({ index }) => cited.has(index));
};
