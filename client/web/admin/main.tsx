/** Starts the console in its page. */
import { startPage } from '../entrance/start-page.tsx';
import { SignedIn } from './entrance/signed-in.tsx';
import { loadWords } from './translations/words.ts';

await startPage({ loadTexts: loadWords, render: (session) => <SignedIn session={session} /> });
