/**
 * The words of the console, beside those that it shares with the chat. Invariant: every text has a translation in every
 * language, which the types of the catalogues require; none of it is in what the chat loads, and none takes the place
 * of a text of the chat.
 */
import { addTexts, type Language, useTexts } from '../../translations/translation.ts';
import type { WordId } from './en.ts';

export type Words = (id: WordId, values?: Readonly<Record<string, string | number>>) => string;

const prefix = 'console/';

const catalogues = {
  en: async () => (await import('./en.ts')).en,
  de: async () => (await import('./de.ts')).de,
} as const;

/** Call it after the language itself was loaded. */
export const loadWords = async (language: Language): Promise<void> => {
  const texts = Object.entries(await catalogues[language]());
  addTexts(language, Object.fromEntries(texts.map(([id, text]) => [`${prefix}${id}`, text])));
};

export const useWords = (): Words => {
  const textOf = useTexts();
  return (id, values) => textOf(`${prefix}${id}`, values);
};
