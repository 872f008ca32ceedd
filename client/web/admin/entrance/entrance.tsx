/** Decides what is shown first: the console for somebody who is signed in, the way to sign in for everybody else. */
import { cookieSession, createParlanceClient, type ParlanceClient } from '@parlance/client';
import { ParlanceProvider } from '@parlance/react';
import { Notices } from '../../chat/frame/notices.tsx';
import { Landing } from '../../chat/pages/landing.tsx';
import { NoticePage } from '../../chat/pages/notice-page.tsx';
import type { SessionState } from '../../chat/session/session.ts';
import { signedOutState } from '../../chat/session/signed-out-state.ts';
import { useSession } from '../../chat/session/use-session.ts';
import { SignedOutBanner } from '../../chat/shell/signed-out-banner.tsx';
import { Button } from '../../design/button.tsx';
import { useTranslate } from '../../translations/translation.ts';
import { Console } from './console.tsx';

let held: ParlanceClient | undefined;

/** One for as long as the page lives. */
const clientOfPage = (): ParlanceClient => {
  held ??= createParlanceClient({
    url: new URL('/graphql', location.href).href,
    auth: cookieSession,
    onSignedOut: () => signedOutState.set(true),
  });
  return held;
};

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
  return (
    <ParlanceProvider client={clientOfPage()}>
      <Notices>
        <SignedOutBanner userId={state.userId} />
        <Console session={state} />
      </Notices>
    </ParlanceProvider>
  );
};
