/** How far an export is, and where its file is when it is done. */
import { failureOf, type ExportState as State } from '@parlance/client';
import { formatMoment } from '../../formats/format.ts';
import { useLanguage, useTranslate } from '../../translations/translation.ts';
import styles from './transfer.module.css';
import { wordsOfExportFault } from './transfer-faults.ts';

export const ExportState = ({ state }: { readonly state: State }) => {
  const t = useTranslate();
  const language = useLanguage();
  const { status, progress, failure, downloadUrl, fileName, expiresAt } = state;
  if (status === 'FAILED') {
    return <p role="alert">{failure ? wordsOfExportFault(failureOf(failure), t) : t('transfer.failed')}</p>;
  }
  if (status !== 'READY' || downloadUrl === null) {
    return (
      <p role="status">
        {t('transfer.running')}
        <progress className={styles['progress']} max={1} value={progress} aria-label={t('transfer.running')} />
      </p>
    );
  }
  return (
    <p role="status">
      <a href={downloadUrl} download={fileName ?? true}>
        {t('transfer.download', { name: fileName ?? '' })}
      </a>{' '}
      {expiresAt === null ? null : t('transfer.until', { time: formatMoment(expiresAt, language) })}
    </p>
  );
};
