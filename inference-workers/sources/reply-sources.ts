/**
 * The passages of one reply, while its model searches for more. Invariants: a number stands for one passage for good,
 * also when another worker takes the reply over, because the log has every passage together with the call that found
 * it; a passage that is found again keeps its number; a reply has a bounded number of passages and of searches.
 */
import type { FoundPassage } from '#contracts/document-search.ts';
import type { ReplyJob } from '#contracts/generation-job.ts';
import { mostReplyPassages, type Passage } from '#contracts/passages.ts';
import { mostSearches } from '#contracts/search-documents-tool.ts';
import type { StreamEvent, ToolCallRecord } from '#contracts/stream-event.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';
import { framePassages } from '../prompt/frame-passages.ts';
import { isSearch } from '../tools/offer-search.ts';
import type { RequestedCall, ToolOutcome } from '../tools/tool-runner.ts';

export interface ReplySources {
  /** The outcome of a search that is one too many; undefined for any other call. To be asked before a call is made. */
  refusal(call: RequestedCall): ToolOutcome | undefined;
  /** The events of a search that has found something, or nothing. To be appended at once. */
  add(call: ToolCallRecord, found: readonly FoundPassage[]): readonly StreamEvent[];
}

const nothing =
  'The search has found nothing. Try other words once, or say that the documents do not contain it. Do not guess what they might say.';
const isFull = 'More was found, but this reply has as many passages as it may have. Answer with those.';
const tooMany = 'There were too many searches for this reply. Answer with the passages that were found.';

const keyOf = ({ fileId, page, heading, text }: FoundPassage): string => JSON.stringify([fileId, page, heading, text]);

/** What the reply has so far: what the log has shown last, or else what its job brought. */
const known = ({ retrieval }: ReplyJob, entries: readonly StreamEntry[]): readonly Passage[] => {
  const shown = entries.findLast(({ event }) => event.type === 'SourcesFound')?.event;
  return shown?.type === 'SourcesFound' ? shown.passages : (retrieval?.passages ?? []);
};

/** @param entries the whole log */
export const createReplySources = (job: ReplyJob, entries: readonly StreamEntry[]): ReplySources => {
  const passages = [...known(job, entries)];
  const byKey = new Map(passages.map((passage) => [keyOf(passage), passage]));
  const last = (): number => passages.reduce((most, { index }) => Math.max(most, index), 0);
  let searches = new Set(
    entries.flatMap(({ event }) =>
      event.type === 'ToolCallCompleted' && event.toolCall.passages !== undefined ? [event.toolCall.id] : [],
    ),
  ).size;
  return {
    refusal(call) {
      if (!isSearch(job, call)) return undefined;
      searches += 1;
      return searches > mostSearches ? { status: 'FAILED', result: tooMany } : undefined;
    },
    add(call, found) {
      const shown: Passage[] = [];
      const before = passages.length;
      for (const passage of found) {
        let numbered = byKey.get(keyOf(passage));
        if (numbered === undefined && passages.length < mostReplyPassages) {
          numbered = { ...passage, index: last() + 1 };
          passages.push(numbered);
          byKey.set(keyOf(passage), numbered);
        }
        if (numbered !== undefined) shown.push(numbered);
      }
      const isCut = shown.length < found.length;
      const result = found.length === 0 ? nothing : [framePassages(shown), ...(isCut ? [isFull] : [])].join('\n\n');
      const completed: StreamEvent = { type: 'ToolCallCompleted', toolCall: { ...call, result, passages: shown } };
      if (passages.length === before) return [completed];
      return [completed, { type: 'SourcesFound', passages: [...passages] }];
    },
  };
};
