/**
 * The session has ended while the page is open. What was typed is kept, and is there again after the sign-in. When the
 * user has signed in again in another tab, this one goes on by itself.
 */
import { useParlance } from '@parlance/react';
import { useEffect, useSyncExternalStore } from 'react';
import { useTranslate } from '../translations/translation.ts';
import styles from './session.module.css';
import { readSession } from './session.ts';
import { signInUrl } from './sign-in-url.ts';
import { signedOutState } from './signed-out-state.ts';

export const SignedOutBanner = ({ userId }: { readonly userId: string }) => {
  const t = useTranslate();
  const client = useParlance();
  const { get, subscribe } = signedOutState;
  const isSignedOut = useSyncExternalStore(subscribe, get, get);
  useEffect(() => {
    if (!isSignedOut) return undefined;
    const look = async () => {
      const session = document.visibilityState === 'visible' ? await readSession() : 'unreachable';
      if (typeof session === 'string') return;
      // Somebody else must see nothing of what this page holds.
      if (session.userId !== userId) location.reload();
      signedOutState.set(false);
      client.signedIn();
    };
    const lookAgain = () => void look();
    document.addEventListener('visibilitychange', lookAgain);
    addEventListener('focus', lookAgain);
    return () => {
      document.removeEventListener('visibilitychange', lookAgain);
      removeEventListener('focus', lookAgain);
    };
  }, [isSignedOut, client, userId]);
  if (!isSignedOut) return null;
  return (
    <div className={styles['banner']} role="alert">
      <span>{t('signedOut.banner')}</span>
      <a href={signInUrl(`${location.pathname}${location.search}`)}>{t('signIn')}</a>
    </div>
  );
};
