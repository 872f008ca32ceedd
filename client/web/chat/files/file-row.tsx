/** One of the reader's files: what it is, how far it is, and what can be done with it. */
import type { OwnFile } from '@parlance/client';
import { IconButton } from '../../design/button.tsx';
import { Icon } from '../../design/icon.tsx';
import { titleOfFileFailure, wordsOfFileFailure } from '../../faults/file-failure.ts';
import { formatBytes, formatMoment } from '../../formats/format.ts';
import { useLanguage, useTranslate } from '../../translations/translation.ts';
import listing from '../listing/listing.module.css';
import { RowState } from '../listing/row-state.tsx';
import styles from './files.module.css';

export interface FileRowProps {
  readonly file: OwnFile;
  readonly onShow: (file: OwnFile) => void;
  readonly onSave: (id: string) => void;
  readonly onDelete: (file: OwnFile) => void;
}

const useFacts = ({ kind, byteSize, pageCount, createdAt }: OwnFile): string => {
  const t = useTranslate();
  const language = useLanguage();
  const facts = [t(`ownFiles.kind.${kind}`), formatBytes(byteSize, language)];
  if (pageCount !== null) facts.push(t('documents.pages', { count: pageCount }));
  if (createdAt !== null) facts.push(t('ownFiles.uploaded', { time: formatMoment(createdAt, language) }));
  return facts.join(' · ');
};

const State = ({ file: { status, failure } }: Pick<FileRowProps, 'file'>) => {
  const t = useTranslate();
  const language = useLanguage();
  if (failure) {
    const words = wordsOfFileFailure(failure, t, language);
    return <RowState status={status} words={titleOfFileFailure(failure.code, t)} more={words} />;
  }
  const more = status === 'AWAITING_UPLOAD' ? t('ownFiles.awaitsMore') : null;
  return <RowState status={status} words={t(`ownFiles.status.${status}`)} more={more} />;
};

const Picture = ({ file, onShow }: Pick<FileRowProps, 'file' | 'onShow'>) => {
  const t = useTranslate();
  const { previewUrl, kind, name } = file;
  const show = () => onShow(file);
  if (previewUrl === null) {
    return (
      <span className={styles['picture']}>
        <Icon name={kind === 'IMAGE' ? 'picture' : 'file'} />
      </span>
    );
  }
  return (
    <button type="button" className={styles['picture']} aria-label={t('ownFiles.show', { name })} onClick={show}>
      <img src={previewUrl} alt="" />
    </button>
  );
};

export const FileRow = ({ file, onShow, onSave, onDelete }: FileRowProps) => {
  const t = useTranslate();
  const facts = useFacts(file);
  const { id, name, status } = file;
  const save = () => onSave(id);
  const remove = () => onDelete(file);
  return (
    <li className={listing['row']}>
      <Picture file={file} onShow={onShow} />
      <span className={listing['rowWords']}>
        <strong dir="auto">{name}</strong>
        <span className={listing['facts']}>{facts}</span>
      </span>
      <State file={file} />
      <span className={styles['buttons']}>
        {status === 'READY' ? (
          <IconButton icon="down" size="small" label={t('ownFiles.save', { name })} onClick={save} />
        ) : null}
        <IconButton icon="trash" size="small" label={t('ownFiles.delete', { name })} onClick={remove} />
      </span>
    </li>
  );
};
