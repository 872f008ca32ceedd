/** Asks before something that cannot be undone, with what would happen. */
import type { ParlanceFault } from '@parlance/client';
import type { ReactNode } from 'react';
import { Button, ButtonRow } from '../design/button.tsx';
import { Dialog } from '../design/dialog.tsx';
import { wordsOfRefusal } from '../faults/describe-fault.ts';
import { useTranslate } from '../translations/translation.ts';
import styles from './confirmation.module.css';

export interface ConfirmDialogProps {
  readonly question: string;
  readonly consequence: string;
  /** Why the last attempt did not succeed. */
  readonly fault?: ParlanceFault | undefined;
  readonly onClose: () => void;
  /** The buttons beside the one that leaves everything as it is. */
  readonly children: ReactNode;
}

export const ConfirmDialog = ({ question, consequence, fault, onClose, children }: ConfirmDialogProps) => {
  const t = useTranslate();
  return (
    <Dialog title={question} closeLabel={t('close')} onClose={onClose}>
      <p className={styles['consequence']}>{consequence}</p>
      {fault ? <p role="alert">{wordsOfRefusal(fault, t)}</p> : null}
      <ButtonRow>
        <Button onClick={onClose}>{t('cancel')}</Button>
        {children}
      </ButtonRow>
    </Dialog>
  );
};
