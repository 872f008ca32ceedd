/** A picture as models and readers of chats get to see it. Its link is asked for anew: that of the list may be over. */
import type { OwnFile } from '@parlance/client';
import { useFile } from '@parlance/react';
import { Dialog } from '../../design/dialog.tsx';
import { useTranslate } from '../../translations/translation.ts';
import styles from './files.module.css';

export interface PictureDialogProps {
  readonly file: OwnFile;
  readonly onClose: () => void;
}

export const PictureDialog = ({ file: { id, name }, onClose }: PictureDialogProps) => {
  const t = useTranslate();
  const file = useFile(id);
  return (
    <Dialog title={name} closeLabel={t('close')} wide onClose={onClose}>
      {file === null ? <p role="alert">{t('fault.notFound')}</p> : null}
      {file?.previewUrl ? <img className={styles['large']} src={file.previewUrl} alt={name} /> : null}
    </Dialog>
  );
};
