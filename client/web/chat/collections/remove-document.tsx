/** Takes a document out of a collection, or deletes its file for good where it is the reader's own. */
import { DeleteFileDocument, type DocumentState, RemoveDocumentDocument } from '@parlance/client';
import { useParlance } from '@parlance/react';
import { ConfirmDialog } from '../../confirmation/confirm-dialog.tsx';
import { Button } from '../../design/button.tsx';
import { useSession } from '../../session/session-context.ts';
import { useTranslate } from '../../translations/translation.ts';
import { useAttempt } from '../transfer/use-attempt.ts';

export interface RemoveDocumentProps {
  readonly collectionId: string;
  readonly document: DocumentState;
  readonly onRemoved: () => void;
  readonly onClose: () => void;
}

export const RemoveDocument = ({ collectionId, document: { file }, onRemoved, onClose }: RemoveDocumentProps) => {
  const t = useTranslate();
  const client = useParlance();
  const session = useSession();
  const [attempt, fault, isBusy] = useAttempt();
  const isOwn = file.owner !== null && file.owner.id === session?.userId;
  const run = (task: () => Promise<unknown>) => async () => {
    if ((await attempt(async () => Boolean(await task()))) === true) onRemoved();
  };
  const takeOut = run(() => client.mutate(RemoveDocumentDocument, { collectionId, fileId: file.id }));
  const deleteFile = run(() => client.mutate(DeleteFileDocument, { id: file.id }));
  return (
    <ConfirmDialog
      question={t('documents.removeTitle', { name: file.name })}
      consequence={t(isOwn ? 'documents.removeOwn' : 'documents.removeMore')}
      fault={fault}
      onClose={onClose}
    >
      <Button disabled={isBusy} onClick={() => void takeOut()}>
        {t('documents.takeOut')}
      </Button>
      {isOwn ? (
        <Button look="danger" disabled={isBusy} onClick={() => void deleteFile()}>
          {t('documents.deleteFile')}
        </Button>
      ) : null}
    </ConfirmDialog>
  );
};
