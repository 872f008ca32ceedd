/** The words of all languages as one trie, and what a text's words say of it. */
import { createPhraseTrie } from './phrase-trie.ts';
import type { QuestionRule } from './question-signal.ts';
import { english } from './words/english.ts';
import { german } from './words/german.ts';
import { type LanguageWords, type WordKind, wordKinds } from './words/language-words.ts';

const languages: readonly LanguageWords[] = [english, german];

interface WordHit {
  readonly language: string;
  readonly kind: WordKind;
  readonly phrase: string;
}

const kindRules: readonly (readonly [WordKind, QuestionRule])[] = [
  ['proof', 'PROOF'],
  ['mathematics', 'MATHEMATICS'],
  ['design', 'DESIGN'],
  ['analysis', 'ANALYSIS'],
  ['debugging', 'DEBUGGING'],
  ['expertise', 'EXPERTISE'],
  ['steps', 'STEPS'],
  ['comparison', 'COMPARISON'],
  ['constraints', 'CONSTRAINTS'],
  ['why', 'WHY'],
  ['explanation', 'EXPLANATION'],
  ['writing', 'WRITING'],
  ['lookup', 'LOOKUP'],
  ['translation', 'TRANSLATION'],
  ['greeting', 'GREETING'],
];

function* allPhrases(): Iterable<readonly [string, WordHit]> {
  for (const words of languages) {
    for (const kind of wordKinds) {
      for (const phrase of words[kind].split(',').map((part) => part.trim())) {
        yield [phrase, { language: words.language, kind, phrase }];
      }
    }
  }
}
const trie = createPhraseTrie(allPhrases());

export interface QuestionWords {
  readonly language: string | undefined;
  readonly rules: ReadonlySet<QuestionRule>;
  readonly isFollowUp: boolean;
}

/** Fewer function words than these tell no language. */
const leastFunctionWords = 2;

/** @param words from `foldWords` */
export const readQuestionWords = (words: string): QuestionWords => {
  const functionWords = new Map<string, number>();
  const phrases = new Map<WordKind, Set<string>>();
  let isFollowUp = false;
  trie.find(words, ({ language, kind, phrase }, start) => {
    if (kind === 'function') functionWords.set(language, (functionWords.get(language) ?? 0) + 1);
    else if (kind === 'followUp') isFollowUp ||= start === 1;
    else phrases.set(kind, (phrases.get(kind) ?? new Set()).add(phrase));
  });
  const [first, second] = [...functionWords].toSorted(([, left], [, right]) => right - left);
  const isClear = first !== undefined && first[1] >= leastFunctionWords && first[1] > (second?.[1] ?? 0);
  const rules = new Set(kindRules.filter(([kind]) => phrases.has(kind)).map(([, rule]) => rule));
  if ((phrases.get('sequence')?.size ?? 0) >= 2) rules.add('STEPS');
  return { language: isClear ? first[0] : undefined, rules, isFollowUp };
};

/** The languages that a question can be judged to have, by ISO 639-1. */
export const judgedLanguages: readonly string[] = languages.map(({ language }) => language);
