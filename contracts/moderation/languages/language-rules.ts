/** The phrases of all languages but English, as rules. Invariant: each is a whole word or several, of any script. */
import type { ModerationCategory } from '../categories.ts';
import { type LanguagePhrases, type PhraseRule, scores } from '../phrase-rule.ts';
import { dutch } from './dutch.ts';
import { french } from './french.ts';
import { german } from './german.ts';
import { italian } from './italian.ts';
import { polish } from './polish.ts';
import { portuguese } from './portuguese.ts';
import { spanish } from './spanish.ts';

const wholeWords = (source: string): RegExp => new RegExp(`(?<![\\p{L}\\p{N}])(?:${source})(?![\\p{L}\\p{N}])`, 'iu');

/** One rule for the phrases of a language that mean the same with the same certainty. */
const rulesOf = (phrases: LanguagePhrases): readonly PhraseRule[] => {
  const categories = ['THREAT', 'SELF_HARM', 'HATE'] as const satisfies readonly ModerationCategory[];
  const certainties = ['certain', 'likely', 'ambiguous', 'weak'] as const;
  return categories.flatMap((category) =>
    certainties.flatMap((certainty) => {
      const sources = phrases[category][certainty] ?? [];
      return sources.length === 0
        ? []
        : [{ category, score: scores[certainty], pattern: wholeWords(sources.join('|')) }];
    }),
  );
};

export const languageRules: readonly PhraseRule[] = [
  german,
  french,
  spanish,
  italian,
  portuguese,
  polish,
  dutch,
].flatMap(rulesOf);
