/** The session has ended while the page is open. What was typed is kept, and is there again after the sign-in. */
import { useSyncExternalStore } from 'react';
import { useTranslate } from '../../translations/translation.ts';
import { signInUrl } from '../pages/sign-in-url.ts';
import styles from './shell.module.css';
import { signedOutState } from './signed-out-state.ts';

export const SignedOutBanner = () => {
  const t = useTranslate();
  const { get, subscribe } = signedOutState;
  const isSignedOut = useSyncExternalStore(subscribe, get, get);
  if (!isSignedOut) return null;
  return (
    <div className={styles['signedOut']} role="alert">
      <span>{t('signedOut.banner')}</span>
      <a href={signInUrl(`${location.pathname}${location.search}`)}>{t('signIn')}</a>
    </div>
  );
};
