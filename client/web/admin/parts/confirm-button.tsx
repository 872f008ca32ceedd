/** A button for what cannot be undone: it asks first, with what would happen. */
import { useState } from 'react';
import { Button, ButtonRow } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { useTranslate } from '../../translations/translation.ts';
import styles from './parts.module.css';

export interface ConfirmButtonProps {
  readonly label: string;
  /** What a screen reader says, where the label alone does not say of what. */
  readonly name?: string;
  readonly question: string;
  readonly consequence: string;
  readonly isDisabled?: boolean;
  readonly act: () => void;
}

export const ConfirmButton = (props: ConfirmButtonProps) => {
  const { label, name, question, consequence, isDisabled = false, act } = props;
  const t = useTranslate();
  const [isAsking, setAsking] = useState(false);
  const ask = () => setAsking(true);
  const close = () => setAsking(false);
  const confirm = () => {
    close();
    act();
  };
  return (
    <>
      <Button look="danger" disabled={isDisabled} aria-label={name ?? label} onClick={ask}>
        {label}
      </Button>
      {isAsking ? (
        <Dialog title={question} closeLabel={t('close')} onClose={close}>
          <p className={styles['intro']}>{consequence}</p>
          <ButtonRow>
            <Button onClick={close}>{t('cancel')}</Button>
            <Button look="danger" onClick={confirm}>
              {label}
            </Button>
          </ButtonRow>
        </Dialog>
      ) : null}
    </>
  );
};
