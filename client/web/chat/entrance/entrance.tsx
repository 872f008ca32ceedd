/** Decides what is shown first: the chat for somebody who is signed in, the welcome for everybody else. */
import { useEffect, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { useTranslate } from '../../translations/translation.ts';
import { Landing } from '../pages/landing.tsx';
import { NoticePage } from '../pages/notice-page.tsx';
import { readSession, type SessionState } from '../session/session.ts';
import { SignedIn } from './signed-in.tsx';

const firstPauseMs = 1_000;
const longestPauseMs = 30_000;

/** @param first what was known when the page was first drawn */
export const Entrance = ({ first }: { readonly first: SessionState }) => {
  const t = useTranslate();
  const [state, setState] = useState(first);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (attempt === 0 && first !== 'unreachable') return undefined;
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = () => setAttempt((before) => before + 1);
    void readSession().then((next) => {
      if (!isCurrent) return;
      setState(next);
      if (next === 'unreachable') timer = setTimeout(again, Math.min(longestPauseMs, firstPauseMs * 2 ** attempt));
    });
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [attempt, first]);
  const askAgain = () => setAttempt((before) => before + 1);
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
