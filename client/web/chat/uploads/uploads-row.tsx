/** Files that are being uploaded: how far each is, what is wrong with it, and how it is taken away or tried again. */
import type { UploadedFile } from '@parlance/react';
import { useEffect, useState } from 'react';
import { IconButton } from '../../design/button.tsx';
import { wordsOfRefusal } from '../../faults/describe-fault.ts';
import { wordsOfFileFailure } from '../../faults/file-failure.ts';
import { useLanguage, useTranslate } from '../../translations/translation.ts';
import styles from './uploads.module.css';

export interface UploadsRowProps {
  readonly files: readonly UploadedFile[];
  readonly onRemove: (key: string) => void;
  readonly onResume: (key: string) => void;
}

const Picture = ({ blob }: { readonly blob: Blob }) => {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [blob]);
  return url === undefined ? null : <img className={styles['thumbnail']} src={url} alt="" />;
};

const useStateWords = ({ progress, file, fault }: UploadedFile): string => {
  const t = useTranslate();
  const language = useLanguage();
  if (fault) return wordsOfRefusal(fault, t);
  if (file?.failure) return wordsOfFileFailure(file.failure, t, language);
  if (file) return t('files.ready');
  if (!progress) return t('files.waiting');
  const { stage, sentBytes, totalBytes, resumedBytes } = progress;
  if (stage === 'PAUSED') return t('files.paused');
  if (stage !== 'UPLOADING') return t('files.reading');
  const percent = Math.floor((100 * sentBytes) / Math.max(1, totalBytes));
  return t(resumedBytes > 0 ? 'files.resuming' : 'files.uploading', { percent });
};

type UploadProps = Omit<UploadsRowProps, 'files'> & { readonly upload: UploadedFile };

const Upload = ({ upload, onRemove, onResume }: UploadProps) => {
  const t = useTranslate();
  const { key, name, isPicture, blob, progress, file, fault } = upload;
  const words = useStateWords(upload);
  const isFailed = fault !== undefined || file?.status === 'FAILED';
  const isResumable = fault !== undefined || (progress?.stage === 'PAUSED' && !isFailed);
  const remove = () => onRemove(key);
  const resume = () => onResume(key);
  return (
    <li className={styles['upload']} data-failed={isFailed}>
      {isPicture ? <Picture blob={blob} /> : null}
      <span className={styles['uploadName']} dir="auto">
        {name}
      </span>
      <span className={styles['uploadState']} aria-live="polite">
        {words}
      </span>
      {isResumable ? (
        <IconButton
          icon="again"
          size="small"
          label={t(fault ? 'files.again' : 'files.resume', { name })}
          onClick={resume}
        />
      ) : null}
      <IconButton icon="close" size="small" label={t('files.remove', { name })} onClick={remove} />
    </li>
  );
};

export const UploadsRow = ({ files, onRemove, onResume }: UploadsRowProps) => {
  const t = useTranslate();
  if (files.length === 0) return null;
  return (
    <ul className={styles['uploads']} aria-label={t('files.label')}>
      {files.map((upload) => (
        <Upload key={upload.key} upload={upload} onRemove={onRemove} onResume={onResume} />
      ))}
    </ul>
  );
};
