/** Adds files of this device to a collection. */
import { AddDocumentsDocument } from '@parlance/client';
import { useParlance } from '@parlance/react';
import type { ReactNode } from 'react';
import { useTranslate } from '../../translations/translation.ts';
import { UploadTarget } from '../listing/upload-target.tsx';

export interface AddDocumentsProps {
  readonly collectionId: string;
  readonly onAdded: () => Promise<void>;
  /** Files can be dropped on it. */
  readonly children: ReactNode;
}

export const AddDocuments = ({ collectionId, onAdded, children }: AddDocumentsProps) => {
  const t = useTranslate();
  const client = useParlance();
  const add = async (fileId: string) => {
    await client.mutate(AddDocumentsDocument, { collectionId, fileIds: [fileId] });
    await onAdded();
  };
  return (
    <UploadTarget label={t('documents.add')} onSent={add}>
      {children}
    </UploadTarget>
  );
};
