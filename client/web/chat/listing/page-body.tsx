/** What a page of the chat has below its head: the fault of the last read, if there was one, and what is listed. */
import type { ParlanceFault } from '@parlance/client';
import type { ReactNode } from 'react';
import { Alert } from '../../design/alert.tsx';
import { Button } from '../../design/button.tsx';
import { wordsOfRefusal } from '../../faults/describe-fault.ts';
import { useTranslate } from '../../translations/translation.ts';
import styles from './listing.module.css';

export interface PageBodyProps {
  readonly fault: ParlanceFault | undefined;
  readonly refetch: () => Promise<void>;
  readonly children: ReactNode;
}

export const PageBody = ({ fault, refetch, children }: PageBodyProps) => {
  const t = useTranslate();
  const retry = () => void refetch();
  return (
    <div className={styles['page']}>
      <div className={styles['content']}>
        {fault ? (
          <Alert words={wordsOfRefusal(fault, t)}>
            <Button onClick={retry}>{t('fault.retry')}</Button>
          </Alert>
        ) : null}
        {children}
      </div>
    </div>
  );
};
