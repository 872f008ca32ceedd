/**
 * What a file of words says of its language. Each list is one text of phrases with commas between them. `*` at the end
 * of a phrase stands for any ending, `*` before it for any beginning of a compound. Accents and case do not matter.
 * Scripts without spaces need no `*`.
 */

/** What the lists of a language are for. */
export const wordKinds = [
  /** Articles, pronouns, prepositions: what tells a language from its neighbours. Empty where the script tells it. */
  'function',
  /** Asks for a proof or a derivation: the verbs, since "what is a proof" asks for none. */
  'proof',
  /** Mathematics and physics by name. */
  'mathematics',
  /** Asks for a design, a plan, an architecture. */
  'design',
  /** Asks to weigh or to judge. */
  'analysis',
  /** The big questions, which nobody looks up. */
  'philosophy',
  /** Asks to find a fault, to restructure, to make faster; what goes wrong with programs. */
  'debugging',
  /** Programs and their parts. */
  'programming',
  /** Law, medicine, money: fields where a wrong reply costs much. */
  'expertise',
  /** Asks for each step, or for reasons. */
  'steps',
  /** First, then, finally: two of them are steps. */
  'sequence',
  /** Asks to compare. */
  'comparison',
  /** At most, at least, without, not more than: conditions of a reply. */
  'constraints',
  /** Should I, is it worth it, recommend: a decision. */
  'advice',
  /** If, could it be: what is not so, or may be. */
  'hypothesis',
  /** Every, always, never, possible: claims about all cases. */
  'universal',
  'why',
  /** How, explain, summarise. */
  'explanation',
  /** Asks to write a text of some length, or a list of ideas. */
  'writing',
  /** Who, when, where: one fact. */
  'lookup',
  /** How many: one fact, or a sum. */
  'quantity',
  /** Is, are, does: a question with two replies. */
  'yesOrNo',
  /** Meaning, spelling, another word for: the words that are asked about do not count. */
  'definition',
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
