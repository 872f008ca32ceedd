/** Decides what is shown first: the application for somebody who is signed in, the welcome for everybody else. */
import type { ReactNode } from 'react';
import { Button } from '../design/button.tsx';
import { Landing } from '../pages/landing.tsx';
import { NoticePage } from '../pages/notice-page.tsx';
import type { Session, SessionState } from '../session/session.ts';
import { useSessionState } from '../session/use-session-state.ts';
import { useTranslate } from '../translations/translation.ts';

export interface EntranceProps {
  /** What was known when the page was first drawn. */
  readonly first: SessionState;
  readonly render: (session: Session) => ReactNode;
}

export const Entrance = ({ first, render }: EntranceProps) => {
  const t = useTranslate();
  const { state, askAgain } = useSessionState(first);
  if (state === 'signedOut') return <Landing returnTo={`${location.pathname}${location.search}`} />;
  if (state === 'unreachable') {
    return (
      <NoticePage title={t('unreachable.title')} text={t('unreachable.more')}>
        <Button onClick={askAgain}>{t('fault.retry')}</Button>
      </NoticePage>
    );
  }
  return render(state);
};
