/** A quiet word while the network is away. What is shown may be behind; nothing is lost, and it goes on by itself. */
import { useSyncExternalStore } from 'react';
import { useTranslate } from '../../translations/translation.ts';
import styles from './frame.module.css';

const follow = (changed: () => void): (() => void) => {
  addEventListener('online', changed);
  addEventListener('offline', changed);
  return () => {
    removeEventListener('online', changed);
    removeEventListener('offline', changed);
  };
};

const isOnline = (): boolean => navigator.onLine;

/** @param isBehind whether something that is shown cannot be kept up to date at the moment */
export const ConnectionState = ({ isBehind }: { readonly isBehind: boolean }) => {
  const t = useTranslate();
  const online = useSyncExternalStore(follow, isOnline, isOnline);
  const words = online ? t('state.reconnecting') : t('state.offline');
  return <span role="status">{online && !isBehind ? null : <span className={styles['state']}>{words}</span>}</span>;
};
