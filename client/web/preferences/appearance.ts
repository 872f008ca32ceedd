/** How this device shows the application. The script in the page's head reads the theme under the same key. */
import { isLanguage, type Language } from '../translations/translation.ts';
import { createStored } from './stored.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

export const themeStored = createStored<Theme>(
  'parlance.theme',
  (stored) => themes.find((theme) => theme === stored) ?? 'system',
);

/** Undefined: as the browser asks for. */
export const languageStored = createStored<Language | undefined>('parlance.language', (stored) =>
  isLanguage(stored) ? stored : undefined,
);

/** The stored language, else the first of the browser's that there is. */
export const preferredLanguage = (): Language =>
  languageStored.get() ?? navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage) ?? 'en';

export const applyTheme = (): void => {
  document.documentElement.dataset['theme'] = themeStored.get();
};
