/**
 * How much the passages of a file belong to a question, by its words: BM25 over whether a passage has a term, as the
 * search in documents has it (migrations/knowledge/functions/search_words.sql). Invariants: the same question and
 * passages give the same scores; a passage is read once and nothing of it is kept but which terms of the question it
 * has; other replies of the process proceed in between.
 */
import type { PromptMessage } from '#contracts/generation-job.ts';
import { questionTerms, searchTerms } from '#contracts/search-terms/search-terms.ts';
import { createYielder } from '../pace/yield-between-pieces.ts';
import type { FilePassage } from './cut-passages.ts';
import { asksAboutWhole } from './overview-words.ts';

/** What passages are compared with. */
export interface FileQuestion {
  readonly text: string;
  /** What the question may refer to; '' where there is nothing. */
  readonly context: string;
}

/** Messages before the question that it may refer to, and characters of each, as for the search in documents. */
const [contextMessages, contextLength] = [3, 600];

/** The question of a job, which is its last message. */
export const fileQuestionOf = (history: readonly PromptMessage[]): FileQuestion => {
  const dialogue = history.filter(({ role, isSummary }) => role !== 'SYSTEM' && !isSummary);
  const before = dialogue.slice(0, -1).slice(-contextMessages);
  const context = before.map(({ content }) => content.slice(0, contextLength)).join('\n');
  return { text: dialogue.at(-1)?.content ?? '', context };
};

/** Characters of a count of tokens that take as long as one whose terms are looked for, at worst. */
const folding = 4;

/** Of BM25: how soon more terms count for less, and how much the length of a passage counts. */
const [saturation, lengthShare] = [1.2, 0.75];

/** By the places of the passages; 0 for each that has no term of the question, and where it asks about the whole. */
export const rankPassages = async (
  passages: readonly FilePassage[],
  question: FileQuestion,
): Promise<readonly number[]> => {
  const terms = asksAboutWhole(question.text) ? [] : questionTerms(question.text, question.context);
  if (terms.length === 0) return passages.map(() => 0);
  const yieldBefore = createYielder();
  const places = new Map(terms.map(({ text }, place) => [text, place]));
  const frequencies = terms.map(() => 0);
  const read: { readonly found: readonly number[]; readonly length: number }[] = [];
  for (const { pieces, size } of passages) {
    await yieldBefore(folding * size);
    const found: number[] = [];
    const all = searchTerms(pieces.map(({ label, text }) => label + text).join('\n'));
    for (const { text } of all) {
      const place = places.get(text);
      if (place === undefined) continue;
      found.push(place);
      frequencies[place] = (frequencies[place] ?? 0) + 1;
    }
    read.push({ found, length: all.length });
  }
  const usual = Math.max(1, read.reduce((sum, { length }) => sum + length, 0) / Math.max(1, read.length));
  const rarities = terms.map(({ weight }, place) => {
    const passagesWith = frequencies[place] ?? 0;
    return weight * Math.log(1 + (passages.length - passagesWith + 0.5) / (passagesWith + 0.5));
  });
  return read.map(({ found, length }) => {
    const rarity = found.reduce((sum, place) => sum + (rarities[place] ?? 0), 0);
    return (rarity * (1 + saturation)) / (1 + saturation * (1 - lengthShare + (lengthShare * length) / usual));
  });
};
