/** The pages that are rendered at build time, in English: the first that a stranger sees, and the last that is left. */
import { renderToStaticMarkup } from 'react-dom/server';
import { loadLanguage } from '../translations/translation.ts';
import { ErrorPage } from './error-page.tsx';
import { Landing } from './landing.tsx';

export const renderStaticPages = async (): Promise<Readonly<Record<string, string>>> => {
  await loadLanguage('en');
  return {
    landing: renderToStaticMarkup(<Landing returnTo="/" />),
    error: renderToStaticMarkup(<ErrorPage />),
  };
};
