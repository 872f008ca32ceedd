/** Starts the console in its page. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { applyTheme, preferredLanguage, themeStored } from '../chat/device/preferences.ts';
import { ErrorBoundary } from '../chat/pages/error-boundary.tsx';
import { ErrorPage } from '../chat/pages/error-page.tsx';
import { reloadOnMissingParts } from '../chat/pages/reload-once.ts';
import { readSession } from '../chat/session/session.ts';
import '../design/tokens.css';
import { loadLanguage } from '../translations/translation.ts';
import { Entrance } from './entrance/entrance.tsx';
import { loadWords } from './translations/words.ts';

const root = document.getElementById('root');
if (!root) throw new Error('The page has a place for the console');

reloadOnMissingParts();
applyTheme();
themeStored.subscribe(applyTheme);
const language = preferredLanguage();
const [session] = await Promise.all([readSession(), loadLanguage(language)]);
await loadWords(language);
document.documentElement.lang = language;
createRoot(root).render(
  <StrictMode>
    <ErrorBoundary fallback={<ErrorPage />}>
      <Entrance first={session} />
    </ErrorBoundary>
  </StrictMode>,
);
