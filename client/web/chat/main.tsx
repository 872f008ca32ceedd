/** Starts the chat in its page. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import '../design/tokens.css';
import { loadLanguage } from '../translations/translation.ts';
import { applyTheme, preferredLanguage, themeStored } from './device/preferences.ts';
import { Entrance } from './entrance/entrance.tsx';
import { ErrorBoundary } from './pages/error-boundary.tsx';
import { ErrorPage } from './pages/error-page.tsx';
import { reloadOnMissingParts } from './pages/reload-once.ts';
import { readSession } from './session/session.ts';

const root = document.getElementById('root');
if (!root) throw new Error('The page has a place for the application');

reloadOnMissingParts();
applyTheme();
themeStored.subscribe(applyTheme);
const language = preferredLanguage();
const [session] = await Promise.all([readSession(), loadLanguage(language)]);
delete root.dataset['prerendered'];
document.documentElement.lang = language;
createRoot(root).render(
  <StrictMode>
    <ErrorBoundary fallback={<ErrorPage />}>
      <Entrance first={session} />
    </ErrorBoundary>
  </StrictMode>,
);
