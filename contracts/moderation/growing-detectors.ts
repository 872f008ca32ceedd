/**
 * The detectors that screen a text while it grows, for what blocks it. Each sees the end of the text, and again what it
 * may not have decided before. Invariant: a match counts only when nothing that may still come can undo it, so a text
 * gets the same findings however it is divided.
 */
import { englishDataset } from 'obscenity';
import { scoreProfanity, wordScores } from './detectors.ts';
import { reachOf } from './pattern-reach.ts';
import type { PhraseRule } from './phrase-rule.ts';
import { phraseRules } from './phrase-rules.ts';
import { actionFor, type CategoryScore, type Thresholds } from './thresholds.ts';

export interface GrowingDetector {
  /** Characters that decide about a match, from its first one on, at most. */
  readonly reach: number;
  /**
   * The scores that block, of the matches that are decided.
   * @param isEnd nothing comes behind this window
   */
  readonly find: (window: string, isEnd: boolean) => readonly CategoryScore[];
}

interface MeasuredRule extends PhraseRule {
  readonly length: number;
  readonly behind: number;
}

/** Those that are looked for in replies. */
const measuredRules: readonly MeasuredRule[] = phraseRules
  .filter(({ ofPrompts }) => !ofPrompts)
  .map((rule) => ({ ...rule, ...reachOf(rule.pattern) }));

const detectPhrases = (rules: readonly MeasuredRule[]): GrowingDetector => ({
  reach: Math.max(...rules.map(({ length, behind }) => length + behind)),
  find: (window, isEnd) =>
    rules.flatMap(({ pattern, behind, category, score }) => {
      const found = pattern.exec(window);
      const isDecided = found !== null && (isEnd || found.index + found[0].length + behind <= window.length);
      return isDecided ? [{ category, score }] : [];
    }),
});

type PatternNodes = ReturnType<typeof englishDataset.build>['blacklistedTerms'][number]['pattern']['nodes'];
const lettersOf = (nodes: PatternNodes): number =>
  nodes.reduce(
    (sum, node) => sum + ('chars' in node ? node.chars.length : 'childNode' in node ? lettersOf([node.childNode]) : 1),
    0,
  );

const { blacklistedTerms, whitelistedTerms = [] } = englishDataset.build();
/** Each letter may be doubled; more of them are looked at as two. */
const longestWord = 2 * Math.max(...blacklistedTerms.map(({ pattern }) => lettersOf(pattern.nodes)));
/** A longer word around it may make it harmless. */
const longestExcuse = Math.max(...whitelistedTerms.map(({ length }) => length));
const repeated = /(\S)\1{2,}/gsu;

const detectWords = (blocks: (score: CategoryScore) => boolean): GrowingDetector => ({
  reach: longestWord + longestExcuse + 1,
  find(window, isEnd) {
    const text = window.replace(repeated, '$1$1');
    return scoreProfanity(text, isEnd ? text.length : text.length - longestExcuse).filter(blocks);
  },
});

/** The detectors that can block a reply under these thresholds; none where nothing is blocked. */
export const growingDetectors = (thresholds: Thresholds): readonly GrowingDetector[] => {
  const blocks = (score: CategoryScore): boolean => actionFor(score, thresholds) === 'BLOCK';
  const rules = measuredRules.filter(blocks);
  return [
    ...(rules.length > 0 ? [detectPhrases(rules)] : []),
    ...(wordScores.some(blocks) ? [detectWords(blocks)] : []),
  ];
};

/** Characters that a reply has to be held back for under these thresholds, at least. */
export const leastHold = (thresholds: Thresholds): number =>
  Math.max(0, ...growingDetectors(thresholds).map(({ reach }) => reach));
