/** Deletes a file for good, after a question that says what goes with it. */
import { DeleteFileDocument, type OwnFile } from '@parlance/client';
import { useParlance } from '@parlance/react';
import { ConfirmDialog } from '../../confirmation/confirm-dialog.tsx';
import { Button } from '../../design/button.tsx';
import { useTranslate } from '../../translations/translation.ts';
import { useAttempt } from '../transfer/use-attempt.ts';

export interface DeleteFileProps {
  readonly file: OwnFile;
  readonly onDeleted: () => void;
  readonly onClose: () => void;
}

export const DeleteFile = ({ file: { id, name }, onDeleted, onClose }: DeleteFileProps) => {
  const t = useTranslate();
  const client = useParlance();
  const [attempt, fault, isBusy] = useAttempt();
  const remove = async () => {
    if (await attempt(() => client.mutate(DeleteFileDocument, { id }))) onDeleted();
  };
  return (
    <ConfirmDialog
      question={t('ownFiles.deleteTitle', { name })}
      consequence={t('ownFiles.deleteMore')}
      fault={fault}
      onClose={onClose}
    >
      <Button look="danger" disabled={isBusy} onClick={() => void remove()}>
        {t('documents.deleteFile')}
      </Button>
    </ConfirmDialog>
  );
};
