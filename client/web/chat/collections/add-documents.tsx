/**
 * Adds files of this device to a collection, each as soon as the server has its bytes, so that it is in the collection
 * whatever becomes of the page. Files are chosen, dropped or pasted.
 */
import { AddDocumentsDocument } from '@parlance/client';
import { useParlance, useUploads } from '@parlance/react';
import { type ChangeEvent, type ReactNode, useEffect, useRef } from 'react';
import { Button } from '../../design/button.tsx';
import { useNotify } from '../../notices/notify-context.ts';
import { useTranslate } from '../../translations/translation.ts';
import { UploadsRow } from '../uploads/uploads-row.tsx';
import { useDroppedFiles } from '../uploads/use-dropped-files.ts';
import { usePastedFiles } from '../uploads/use-pasted-files.ts';
import styles from './collections.module.css';

/** Files at a time. */
const mostFiles = 100;

export interface AddDocumentsProps {
  readonly collectionId: string;
  readonly onAdded: () => Promise<void>;
  /** Files can be dropped on it. */
  readonly children: ReactNode;
}

export const AddDocuments = ({ collectionId, onAdded, children }: AddDocumentsProps) => {
  const t = useTranslate();
  const client = useParlance();
  const notify = useNotify();
  const input = useRef<HTMLInputElement>(null);
  const added = useRef(onAdded);
  useEffect(() => {
    added.current = onAdded;
  }, [onAdded]);
  const uploads = useUploads({
    most: mostFiles,
    onSent: async (fileId) => {
      await client.mutate(AddDocumentsDocument, { collectionId, fileIds: [fileId] });
      await added.current();
    },
  });
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
          {t('documents.add')}
        </Button>
        <span className={styles['facts']}>{t('documents.addMore')}</span>
      </p>
      <UploadsRow files={uploads.files} onRemove={uploads.remove} onResume={uploads.resume} />
      {children}
    </div>
  );
};
