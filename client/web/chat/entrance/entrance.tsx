/** Decides what is shown first: the chat for somebody who is signed in, the welcome for everybody else. */
import { Button } from '../../design/button.tsx';
import { useTranslate } from '../../translations/translation.ts';
import { Landing } from '../pages/landing.tsx';
import { NoticePage } from '../pages/notice-page.tsx';
import type { SessionState } from '../session/session.ts';
import { useSession } from '../session/use-session.ts';
import { SignedIn } from './signed-in.tsx';

/** @param first what was known when the page was first drawn */
export const Entrance = ({ first }: { readonly first: SessionState }) => {
  const t = useTranslate();
  const { state, askAgain } = useSession(first);
  if (state === 'signedOut') return <Landing returnTo={`${location.pathname}${location.search}`} />;
  if (state === 'unreachable') {
    return (
      <NoticePage title={t('unreachable.title')} text={t('unreachable.more')}>
        <Button onClick={askAgain}>{t('fault.retry')}</Button>
      </NoticePage>
    );
  }
  return <SignedIn session={state} />;
};
