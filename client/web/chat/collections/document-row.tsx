/** A document of a collection: its state, what is wrong with it, and what helps. */
import type { DocumentState } from '@parlance/client';
import { Button, IconButton } from '../../design/button.tsx';
import { titleOfFileFailure, wordsOfFileFailure } from '../../faults/file-failure.ts';
import { formatBytes, formatMoment } from '../../formats/format.ts';
import { useLanguage, useTranslate } from '../../translations/translation.ts';
import styles from '../listing/listing.module.css';
import { RowState } from '../listing/row-state.tsx';

export interface DocumentRowProps {
  readonly document: DocumentState;
  /** Whether the reader may change the collection. */
  readonly isOffered: boolean;
  readonly onRemove: (document: DocumentState) => void;
  readonly onRetry: (fileId: string) => void;
}

const useFacts = ({ file, chunkCount, addedAt }: DocumentState): string => {
  const t = useTranslate();
  const language = useLanguage();
  const { byteSize, pageCount } = file;
  const facts = [formatBytes(byteSize, language)];
  if (pageCount !== null) facts.push(t('documents.pages', { count: pageCount }));
  if (chunkCount > 0) facts.push(t('documents.passages', { count: chunkCount }));
  facts.push(t('documents.added', { time: formatMoment(addedAt, language) }));
  return facts.join(' · ');
};

const State = ({ document: { status, failure, file } }: Pick<DocumentRowProps, 'document'>) => {
  const t = useTranslate();
  const language = useLanguage();
  if (status === 'FAILED' && file.failure) {
    const words = wordsOfFileFailure(file.failure, t, language);
    return <RowState status={status} words={titleOfFileFailure(file.failure.code, t)} more={words} />;
  }
  // Why it could not be indexed has no code.
  const more = language === 'en' || failure === null ? failure : t('documents.notIndexed');
  return <RowState status={status} words={t(`documents.${status}`)} more={more} />;
};

export const DocumentRow = ({ document, isOffered, onRemove, onRetry }: DocumentRowProps) => {
  const t = useTranslate();
  const facts = useFacts(document);
  const { status, file } = document;
  const { id, name } = file;
  const remove = () => onRemove(document);
  const retry = () => onRetry(id);
  return (
    <li className={styles['row']}>
      <span className={styles['rowWords']}>
        <strong dir="auto">{name}</strong>
        <span className={styles['facts']}>{facts}</span>
      </span>
      <State document={document} />
      {isOffered && status === 'FAILED' && file.failure === null ? (
        <Button icon="again" onClick={retry} aria-label={t('documents.retry', { name })}>
          {t('fault.retry')}
        </Button>
      ) : null}
      {isOffered ? (
        <IconButton icon="close" size="small" label={t('documents.remove', { name })} onClick={remove} />
      ) : null}
    </li>
  );
};
