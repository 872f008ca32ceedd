/** The passages that a reply cites. Invariant: `[n]` in its text is the citation with the index n. */
import { citedNumbers } from '#contracts/citations.ts';
import { type Passage, replyPassages } from '#contracts/passages.ts';
import { isOpenCall, type ToolCallRecord } from '#contracts/stream-event.ts';
import type { Message } from '../entities.ts';

/** What it may cite. */
export const passagesOf = ({
  generation,
  toolCalls,
}: Pick<Message, 'generation' | 'toolCalls'>): readonly Passage[] => {
  const ended = (toolCalls ?? []).filter((call): call is ToolCallRecord => !isOpenCall(call));
  return replyPassages(generation?.retrieval, ended);
};

export const citationsOf = ({
  content,
  ...reply
}: Pick<Message, 'content' | 'generation' | 'toolCalls'>): readonly Passage[] => {
  const passages = passagesOf(reply);
  if (passages.length === 0) return [];
  const cited = new Set(citedNumbers(content));
  return passages.filter(({ index }) => cited.has(index));
};
