/** Starts an application in its page, for whoever is signed in. Invariant: the page is never blank, whatever fails. */
import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../design/tokens.css';
import { ErrorBoundary } from '../pages/error-boundary.tsx';
import { ErrorPage } from '../pages/error-page.tsx';
import { reloadOnMissingParts } from '../pages/reload-once.ts';
import { applyTheme, preferredLanguage, themeStored } from '../preferences/appearance.ts';
import { readSession, type Session } from '../session/session.ts';
import { type Language, loadLanguage } from '../translations/translation.ts';
import { Entrance } from './entrance.tsx';

export interface Application {
  /** Texts of its own, beside those that are loaded already. */
  loadTexts?(language: Language): Promise<void>;
  render(session: Session): ReactNode;
}

export const startPage = async ({ loadTexts, render }: Application): Promise<void> => {
  const root = document.getElementById('root');
  if (!root) throw new Error('The page has a place for the application');
  reloadOnMissingParts();
  applyTheme();
  themeStored.subscribe(applyTheme);
  const language = preferredLanguage();
  const [session] = await Promise.all([readSession(), loadLanguage(language).then(() => loadTexts?.(language))]);
  delete root.dataset['prerendered'];
  document.documentElement.lang = language;
  createRoot(root).render(
    <StrictMode>
      <ErrorBoundary fallback={<ErrorPage />}>
        <Entrance first={session} render={render} />
      </ErrorBoundary>
    </StrictMode>,
  );
};
