/**
 * Where files of this device are uploaded: chosen, dropped or pasted. Each is passed on as soon as the server has its
 * bytes, so that it is there whatever becomes of the page.
 */
import { useUploads } from '@parlance/react';
import { type ChangeEvent, type ReactNode, useEffect, useRef } from 'react';
import { Button } from '../../design/button.tsx';
import { useNotify } from '../../notices/notify-context.ts';
import { useTranslate } from '../../translations/translation.ts';
import { UploadsRow } from '../uploads/uploads-row.tsx';
import { useDroppedFiles } from '../uploads/use-dropped-files.ts';
import { usePastedFiles } from '../uploads/use-pasted-files.ts';
import styles from './listing.module.css';

/** Files at a time. */
const mostFiles = 100;

export interface UploadTargetProps {
  /** Of the button. */
  readonly label: string;
  /** Called with the id of each file once the server has its bytes. */
  readonly onSent: (fileId: string) => Promise<void>;
  /** Files can be dropped on it. */
  readonly children: ReactNode;
}

export const UploadTarget = ({ label, onSent, children }: UploadTargetProps) => {
  const t = useTranslate();
  const notify = useNotify();
  const input = useRef<HTMLInputElement>(null);
  const sent = useRef(onSent);
  useEffect(() => {
    sent.current = onSent;
  }, [onSent]);
  const uploads = useUploads({ most: mostFiles, onSent: (fileId) => sent.current(fileId) });
  const add = (files: readonly File[]) => {
    const leftOut = uploads.add(files);
    if (leftOut > 0) notify({ words: t('documents.tooMany', { count: leftOut, most: mostFiles }) });
  };
  const { onDragOver, onDrop } = useDroppedFiles(add);
  usePastedFiles(add);
  const open = () => input.current?.click();
  const change = ({ target }: ChangeEvent<HTMLInputElement>) => {
    add([...(target.files ?? [])]);
    // The same file may be chosen again.
    target.value = '';
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what can be dropped can also be chosen by the button
    <div className={styles['target']} onDragOver={onDragOver} onDrop={onDrop}>
      <input ref={input} type="file" multiple hidden aria-hidden="true" tabIndex={-1} onChange={change} />
      <p className={styles['add']}>
        <Button look="main" icon="plus" onClick={open}>
          {label}
        </Button>
        <span className={styles['facts']}>{t('documents.addMore')}</span>
      </p>
      <UploadsRow files={uploads.files} onRemove={uploads.remove} onResume={uploads.resume} />
      {children}
    </div>
  );
};
