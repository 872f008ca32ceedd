/** One rule: a phrase, what it is a sign of, and how sure a sign. */
import type { ModerationCategory } from './categories.ts';

export interface PhraseRule {
  readonly category: ModerationCategory;
  readonly score: number;
  readonly pattern: RegExp;
  /** It is about what a model reads, and not about what one wrote. Default: false. */
  readonly ofPrompts?: boolean;
}

/** Scores of phrases: those that block by default, those that only flag, and one that is weaker still. */
export const scores = { certain: 0.95, likely: 0.9, ambiguous: 0.7, weak: 0.6 } as const;
export type Certainty = keyof typeof scores;

/** The phrases of a language: regular expressions without repetition that has no bound, found as whole words. */
export type LanguagePhrases = Readonly<
  Record<'THREAT' | 'SELF_HARM' | 'HATE', Readonly<Partial<Record<Certainty, readonly string[]>>>>
>;
