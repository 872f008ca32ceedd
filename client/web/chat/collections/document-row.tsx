/** A document of a collection: its state, what is wrong with it, and what helps. */
import type { DocumentState } from '@parlance/client';
import { Button, IconButton } from '../../design/button.tsx';
import { formatBytes, formatMoment } from '../../formats/format.ts';
import { useLanguage, useTranslate } from '../../translations/translation.ts';
import styles from './collections.module.css';

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
  const code = file.failure?.code;
  return (
    <span className={styles['state']} data-status={status} aria-live="polite">
      {status === 'FAILED' && code ? t(`documents.failure.${code}`) : t(`documents.${status}`)}
      {failure === null ? null : <span className={styles['failure']}>{failure}</span>}
    </span>
  );
};

export const DocumentRow = ({ document, isOffered, onRemove, onRetry }: DocumentRowProps) => {
  const t = useTranslate();
  const facts = useFacts(document);
  const { status, file } = document;
  const { id, name } = file;
  const remove = () => onRemove(document);
  const retry = () => onRetry(id);
  return (
    <li className={styles['document']}>
      <span className={styles['documentWords']}>
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
