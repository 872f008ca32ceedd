/** A button for what cannot be undone: it asks first, with what would happen. */
import { useState } from 'react';
import { ConfirmDialog } from '../../confirmation/confirm-dialog.tsx';
import { Button } from '../../design/button.tsx';

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
        <ConfirmDialog question={question} consequence={consequence} onClose={close}>
          <Button look="danger" onClick={confirm}>
            {label}
          </Button>
        </ConfirmDialog>
      ) : null}
    </>
  );
};
