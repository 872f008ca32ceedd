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
  /** How much it speaks for its language: less, the more languages have it. */
  readonly weight: number;
}

const written = languages.flatMap((words) =>
  wordKinds.flatMap((kind) =>
    words[kind]
      .split(',')
      .map((text) => text.trim())
      .filter((text) => text !== '')
      .map((text) => ({ language: words.language, kind, text })),
  ),
);
const sameText = Map.groupBy(written, ({ text }) => text);
const countLanguages = (text: string): number =>
  new Set((sameText.get(text) ?? []).map(({ language }) => language)).size;

const trie = createPhraseTrie(
  written.map((phrase): readonly [string, Phrase] => [
    phrase.text,
    { ...phrase, weight: 1 / countLanguages(phrase.text) },
  ]),
);

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
  const found = new Map<WordKind, Set<Phrase>>();
  const first = new Set<string>();
  const work = trie.find(words, (phrase, start) => {
    const { language, kind, weight } = phrase;
    if (kind === 'followUp') {
      if (start === 1) first.add(language);
      return;
    }
    evidence.set(language, (evidence.get(language) ?? 0) + weight);
    const ofKind = found.get(kind);
    if (ofKind === undefined) found.set(kind, new Set([phrase]));
    else ofKind.add(phrase);
  });
  return {
    work,
    evidence,
    count: (kind, spoken) => {
      const texts = new Set<string>();
      for (const { language, text } of found.get(kind) ?? []) if (spoken.has(language)) texts.add(text);
      return texts.size;
    },
    beginsAsFollowUp: (spoken) => [...first].some((language) => spoken.has(language)),
  };
};
