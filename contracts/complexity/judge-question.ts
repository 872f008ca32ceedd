/**
 * Judges how hard a question is, by rules alone: no model is asked, and no text leaves the process. Invariants: equal
 * texts have equal judgements, and no rule sees more of a text than `boundText` returns.
 */
import { boundText, foldWords } from './bounded-text.ts';
import type { Complexity } from './complexity.ts';
import { recognizeLanguage } from './question-language.ts';
import { type Count, pointsOf, type Reading, sumOf } from './question-points.ts';
import { classOfPoints, hardPoints, type QuestionSignal } from './question-signal.ts';
import { type FoundPhrases, findPhrases } from './question-words.ts';
import { countWords, proseOf, splitQuotes } from './text-signs.ts';
import type { WordKind } from './words/language-words.ts';

export interface QuestionJudgement {
  /** undefined: too short to judge by itself, takes the conversation's class (`classOfTurn`). */
  readonly complexity: Complexity | undefined;
  /** ISO 639-1; undefined: unknown. */
  readonly language: string | undefined;
  /** Each rule that matched. */
  readonly signals: readonly QuestionSignal[];
}

/** A text of fewer words cannot be judged by itself. */
const leastWords = 3;
/** A text that leans on what was said before has at most these words. */
const followUpWords = 6;
/** A question about words that stand in quotation marks has at most these, with what is quoted. */
const aboutWords = 60;

/** In a question about words, those in quotation marks are what it is about, not what it asks. */
const countPhrases = (
  { text, words }: Pick<Reading, 'text' | 'words'>,
  whole: FoundPhrases,
  spoken: ReadonlySet<string>,
): Count => {
  const { unquoted, quoted } = words <= aboutWords ? splitQuotes(text) : { unquoted: text, quoted: '' };
  if (quoted === '') return (kind) => whole.count(kind, spoken);
  const outside = findPhrases(foldWords(unquoted));
  const isAboutWords = outside.count('definition', spoken) + outside.count('translation', spoken) > 0;
  return (kind) => (isAboutWords ? outside : whole).count(kind, spoken);
};

/** Rules ask for the same counts. */
const remember = (count: Count): Count => {
  const counts = new Map<WordKind, number>();
  return (kind) => {
    const known = counts.get(kind) ?? count(kind);
    counts.set(kind, known);
    return known;
  };
};

/** @param text what a user wrote, of any length */
export const judgeQuestion = (text: string): QuestionJudgement => {
  const part = boundText(text);
  const folded = foldWords(part);
  const phrases = findPhrases(folded);
  const prose = proseOf(part);
  const { evidence } = prose === part ? phrases : findPhrases(foldWords(prose));
  const { language, spoken } = recognizeLanguage(prose, evidence);
  const words = countWords(folded);
  const count = remember(countPhrases({ text: part, words }, phrases, spoken));
  const reading = { text: part, words, count, language };
  const { all, hard } = pointsOf(reading);
  const complexity = classOfPoints(sumOf(all));
  const isHard = hard.some(([, value]) => value >= hardPoints);
  const leansOnOthers = words <= followUpWords && complexity === 'SIMPLE' && phrases.beginsAsFollowUp(spoken);
  const isTooShort = leansOnOthers || (words < leastWords && !isHard);
  return {
    complexity: isTooShort ? undefined : complexity,
    language,
    signals: all.map(([rule, points]) => ({ rule, points })),
  };
};
