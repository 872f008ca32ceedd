/** Starts the chat in its page. */
import { startPage } from '../entrance/start-page.tsx';
import { SignedIn } from './entrance/signed-in.tsx';

await startPage({ render: (session) => <SignedIn session={session} /> });
