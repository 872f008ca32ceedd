/** Deletes a collection, after a question. */
import { type CollectionState, DeleteCollectionDocument } from '@parlance/client';
import { useParlance } from '@parlance/react';
import { ConfirmDialog } from '../../confirmation/confirm-dialog.tsx';
import { Button } from '../../design/button.tsx';
import { useTranslate } from '../../translations/translation.ts';
import { useAttempt } from '../transfer/use-attempt.ts';

export interface DeleteCollectionProps {
  readonly collection: CollectionState;
  readonly onDeleted: () => void;
  readonly onClose: () => void;
}

export const DeleteCollection = ({ collection: { id, name }, onDeleted, onClose }: DeleteCollectionProps) => {
  const t = useTranslate();
  const client = useParlance();
  const [attempt, fault, isBusy] = useAttempt();
  const remove = async () => {
    if (await attempt(() => client.mutate(DeleteCollectionDocument, { id }))) onDeleted();
  };
  return (
    <ConfirmDialog
      question={t('collections.deleteTitle', { name })}
      consequence={t('collections.deleteMore')}
      fault={fault}
      onClose={onClose}
    >
      <Button look="danger" disabled={isBusy} onClick={() => void remove()}>
        {t('collections.delete')}
      </Button>
    </ConfirmDialog>
  );
};
