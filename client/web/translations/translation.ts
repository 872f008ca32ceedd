/**
 * The words of the interface in the reader's language. Invariant: every text has a translation in every language, which
 * the types of the catalogues require, and nothing is shown before the catalogue of the language is loaded.
 */
import { setupI18n } from '@lingui/core';
import { useSyncExternalStore } from 'react';
import type { MessageId } from './en.ts';

export const languages = ['en', 'de'] as const;
export type Language = (typeof languages)[number];

type Values = Readonly<Record<string, string | number>>;
export type Translate = (id: MessageId, values?: Values) => string;

const i18n = setupI18n();

const catalogues = {
  en: async () => (await import('./en.ts')).en,
  de: async () => (await import('./de.ts')).de,
} as const;

export const isLanguage = (value: unknown): value is Language => languages.some((language) => language === value);

/** Loads the language and shows everything in it. */
export const loadLanguage = async (language: Language): Promise<void> => {
  i18n.loadAndActivate({ locale: language, messages: { ...(await catalogues[language]()) } });
};

/** Adds the texts of a part that is loaded by itself, such as the console, to a language that is loaded. */
export const addTexts = (language: Language, texts: Readonly<Record<string, string>>): void => {
  i18n.load(language, { ...texts });
};

const translators = new Map<string, Translate>();

/** One function for a language, so that components can depend on it. */
const current = (): Translate => {
  const { locale } = i18n;
  const known = translators.get(locale);
  if (known) return known;
  const translate: Translate = (id, values) => i18n._(id, values);
  translators.set(locale, translate);
  return translate;
};

const follow = (changed: () => void): (() => void) => i18n.on('change', changed);

/** The translator of the language that is active now. */
export const useTranslate = (): Translate => useSyncExternalStore(follow, current, current);

const anyText = (id: string, values?: Values): string => i18n._(id, values);

/** As `useTranslate`, for the texts of a part; its own type says which there are. */
export const useTexts = (): ((id: string, values?: Values) => string) => {
  useLanguage();
  return anyText;
};

/** The language for dates and numbers. */
export const useLanguage = (): string => {
  const language = () => i18n.locale;
  return useSyncExternalStore(follow, language, language);
};
