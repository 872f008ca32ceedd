/** What leaves a conversation: a link that shows it to anybody, and files of it. */
import { Dialog } from '../../design/dialog.tsx';
import { useTranslate } from '../../translations/translation.ts';
import { ExportPart } from './export-part.tsx';
import { SharePart } from './share-part.tsx';

export interface TransferDialogProps {
  readonly id: string;
  readonly onClose: () => void;
}

export const TransferDialog = ({ id, onClose }: TransferDialogProps) => {
  const t = useTranslate();
  return (
    <Dialog title={t('transfer.title')} closeLabel={t('close')} onClose={onClose}>
      <SharePart id={id} />
      <ExportPart id={id} />
    </Dialog>
  );
};
