/**
 * What a file of words says of its language. Each list is one text of phrases with commas between them. `*` at the end
 * of a phrase stands for any ending, `*` before it for any beginning of a compound. Accents and case do not matter.
 */

/** What the lists of a language are for. */
export const wordKinds = [
  /** Articles, pronouns, prepositions: what tells a language from its neighbours. */
  'function',
  /** Asks for a proof. */
  'proof',
  /** Mathematics by name. */
  'mathematics',
  /** Asks for a design, a plan, an architecture. */
  'design',
  /** Asks to analyse, weigh, judge. */
  'analysis',
  /** Asks to find a fault, to restructure, to make faster. */
  'debugging',
  /** Law, medicine, money: fields where a wrong reply costs much. */
  'expertise',
  /** Asks for steps. */
  'steps',
  /** First, then, finally: two of them are steps. */
  'sequence',
  /** Asks to compare. */
  'comparison',
  /** Must, at most, without: conditions of a reply. */
  'constraints',
  'why',
  /** How, explain, summarise. */
  'explanation',
  /** Asks to write a text of some length. */
  'writing',
  /** Who, when, where, how many, what is: one fact. */
  'lookup',
  'translation',
  'greeting',
  /** Begins a question that leans on what was said before. */
  'followUp',
] as const;
export type WordKind = (typeof wordKinds)[number];

export interface LanguageWords extends Readonly<Record<WordKind, string>> {
  /** ISO 639-1. */
  readonly language: string;
}
