/** The phrases of all languages as one trie, and which of them a text holds. */
import { createPhraseTrie } from './phrase-trie.ts';
import { arabic } from './words/arabic.ts';
import { chinese } from './words/chinese.ts';
import { dutch } from './words/dutch.ts';
import { english } from './words/english.ts';
import { french } from './words/french.ts';
import { german } from './words/german.ts';
import { hindi } from './words/hindi.ts';
import { italian } from './words/italian.ts';
import { japanese } from './words/japanese.ts';
import { korean } from './words/korean.ts';
import { type LanguageWords, type WordKind, wordKinds } from './words/language-words.ts';
import { polish } from './words/polish.ts';
import { portuguese } from './words/portuguese.ts';
import { russian } from './words/russian.ts';
import { spanish } from './words/spanish.ts';
import { turkish } from './words/turkish.ts';

const languages: readonly LanguageWords[] = [
  arabic,
  chinese,
  dutch,
  english,
  french,
  german,
  hindi,
  italian,
  japanese,
  korean,
  polish,
  portuguese,
  russian,
  spanish,
  turkish,
];

interface Phrase {
  readonly language: string;
  readonly kind: WordKind;
  readonly text: string;
}

const phrases: readonly Phrase[] = languages.flatMap((words) =>
  wordKinds.flatMap((kind) =>
    words[kind]
      .split(',')
      .map((text) => text.trim())
      .filter((text) => text !== '')
      .map((text) => ({ language: words.language, kind, text })),
  ),
);

const trie = createPhraseTrie(phrases.map((phrase) => [phrase.text, phrase]));

/** Phrase -> the languages that have it. "de" says less than "het". */
const languagesOf = new Map<string, Set<string>>();
for (const { language, text } of phrases) {
  languagesOf.set(text, (languagesOf.get(text) ?? new Set()).add(language));
}

export interface FoundPhrases {
  /** How many characters were looked at. */
  readonly work: number;
  /** Language -> how much the text speaks for it. */
  readonly evidence: ReadonlyMap<string, number>;
  /** How many different phrases of a kind these languages have in the text. */
  readonly count: (kind: WordKind, languages: ReadonlySet<string>) => number;
  /** Whether the text begins with a phrase of follow-ups. */
  readonly beginsAsFollowUp: (languages: ReadonlySet<string>) => boolean;
}

/** @param words from `foldWords` */
export const findPhrases = (words: string): FoundPhrases => {
  const evidence = new Map<string, number>();
  const found = new Set<Phrase>();
  const first = new Set<string>();
  const work = trie.find(words, (phrase, start) => {
    const { language, kind, text } = phrase;
    if (kind === 'followUp') {
      if (start === 1) first.add(language);
      return;
    }
    const shared = languagesOf.get(text)?.size ?? 1;
    evidence.set(language, (evidence.get(language) ?? 0) + 1 / shared);
    found.add(phrase);
  });
  return {
    work,
    evidence,
    count: (kind, spoken) =>
      new Set(
        [...found].filter((phrase) => phrase.kind === kind && spoken.has(phrase.language)).map(({ text }) => text),
      ).size,
    beginsAsFollowUp: (spoken) => [...first].some((language) => spoken.has(language)),
  };
};
