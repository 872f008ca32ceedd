/** The reader's own files, newest first: uploaded, looked for, saved and deleted here. */
import { FileDownloadDocument, type FileKind, type OwnFile } from '@parlance/client';
import { useParlance } from '@parlance/react';
import { type ChangeEvent, useDeferredValue, useRef, useState } from 'react';
import { wordsOfRefusal } from '../../faults/describe-fault.ts';
import { useNotify } from '../../notices/notify-context.ts';
import { useTranslate } from '../../translations/translation.ts';
import { TopBar } from '../frame/top-bar.tsx';
import { EmptyList } from '../listing/empty-list.tsx';
import listing from '../listing/listing.module.css';
import { PageBody } from '../listing/page-body.tsx';
import { PageButtons } from '../listing/page-buttons.tsx';
import { UploadTarget } from '../listing/upload-target.tsx';
import { useAttempt } from '../transfer/use-attempt.ts';
import { DeleteFile } from './delete-file.tsx';
import { FileFilter } from './file-filter.tsx';
import { FileRow } from './file-row.tsx';
import { FollowFiles } from './follow-files.tsx';
import { PictureDialog } from './picture-dialog.tsx';
import { StorageBar } from './storage-bar.tsx';
import { useOwnFiles } from './use-own-files.ts';

interface ListProps {
  readonly files: readonly OwnFile[] | undefined;
  readonly refetch: () => Promise<void>;
}

const FileList = ({ files, refetch }: ListProps) => {
  const t = useTranslate();
  const client = useParlance();
  const notify = useNotify();
  const list = useRef<HTMLUListElement>(null);
  const [attempt, fault] = useAttempt();
  const [shown, setShown] = useState<OwnFile>();
  const [doomed, setDoomed] = useState<OwnFile>();
  const closePicture = () => setShown(undefined);
  const closeQuestion = () => setDoomed(undefined);
  const save = async (id: string) => {
    const found = await attempt(() => client.query(FileDownloadDocument, { id }));
    const url = found?.file?.downloadUrl;
    // The response says that it is to be saved, so the page stays.
    if (url != null) location.assign(new URL(url, new URL('/graphql', location.href)));
    else if (found) await refetch();
  };
  const deleted = () => {
    closeQuestion();
    notify({ words: t('ownFiles.deleted', { name: doomed?.name ?? '' }) });
    // The button that had the focus is about to go.
    void refetch().then(() => list.current?.focus());
  };
  return (
    <>
      {fault ? <p role="alert">{wordsOfRefusal(fault, t)}</p> : null}
      <ul ref={list} className={listing['rows']} tabIndex={-1} aria-label={t('ownFiles.title')} aria-busy={!files}>
        {files?.map((file) => (
          <FileRow key={file.id} file={file} onShow={setShown} onSave={(id) => void save(id)} onDelete={setDoomed} />
        ))}
      </ul>
      {shown ? <PictureDialog file={shown} onClose={closePicture} /> : null}
      {doomed ? <DeleteFile file={doomed} onDeleted={deleted} onClose={closeQuestion} /> : null}
    </>
  );
};

export const FilesPage = () => {
  const t = useTranslate();
  const [text, setText] = useState('');
  const [kind, setKind] = useState<FileKind | null>(null);
  const name = useDeferredValue(text.trim());
  const { files, pageInfo, storage, fault, pager, refetch } = useOwnFiles({ name: name === '' ? null : name, kind });
  const isNarrowed = name !== '' || kind !== null;
  const isEmpty = files?.length === 0 && pager.before === 0;
  const type = ({ target }: ChangeEvent<HTMLInputElement>) => {
    pager.toFirst();
    setText(target.value);
  };
  const choose = (chosen: FileKind | null) => {
    pager.toFirst();
    setKind(chosen);
  };
  return (
    <>
      <TopBar title={t('ownFiles.title')} isBehind={false} />
      <PageBody fault={fault} refetch={refetch}>
        {storage ? <StorageBar storage={storage} /> : null}
        <UploadTarget label={t('ownFiles.upload')} onSent={refetch}>
          <FileFilter text={text} kind={kind} onType={type} onChoose={choose} />
          {isEmpty && !isNarrowed ? (
            <EmptyList icon="file" title={t('ownFiles.none')} words={t('ownFiles.intro')} />
          ) : null}
          {isNarrowed ? (
            <p role="status" className={listing['facts']}>
              {isEmpty ? t('search.nothing') : ''}
            </p>
          ) : null}
          <FileList files={files} refetch={refetch} />
          <PageButtons pager={pager} pageInfo={pageInfo} />
        </UploadTarget>
      </PageBody>
      <FollowFiles files={files ?? []} onChange={() => void refetch()} />
    </>
  );
};
