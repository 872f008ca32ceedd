/** Everything that is the user's as one archive, and conversations from elsewhere. */
import { type Attachment, failureOf, type ImportState, type UploadProgress } from '@parlance/client';
import { useParlance } from '@parlance/react';
import { type ChangeEvent, useRef, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { type FileFailure, wordsOfFileFailure } from '../../faults/file-failure.ts';
import { formatCount } from '../../formats/format.ts';
import { useLanguage, useTranslate } from '../../translations/translation.ts';
import { ExportState } from '../transfer/export-state.tsx';
import styles from '../transfer/transfer.module.css';
import { wordsOfExportFault, wordsOfImportFault } from '../transfer/transfer-faults.ts';
import { useAttempt } from '../transfer/use-attempt.ts';
import { useExport } from '../transfer/use-export.ts';
import { useLeaving } from '../transfer/use-leaving.ts';

const ArchivePart = () => {
  const t = useTranslate();
  const language = useLanguage();
  const client = useParlance();
  const { state, fault, isBusy, begin } = useExport(null);
  const make = () => begin((options) => client.exportMyData({ language, ...options }));
  return (
    <section className={styles['part']} aria-label={t('data.export')}>
      <h3>{t('data.export')}</h3>
      <p>{t('data.exportIntro')}</p>
      <Button icon="down" disabled={isBusy} onClick={make}>
        {t('data.exportBegin')}
      </Button>
      {fault ? <p role="alert">{wordsOfExportFault(fault, t)}</p> : null}
      {state ? <ExportState state={state} /> : null}
    </section>
  );
};

const ImportReport = ({ state }: { readonly state: ImportState }) => {
  const t = useTranslate();
  const language = useLanguage();
  const { status, failure, conversationCount, messageCount, leftOut } = state;
  const counts = {
    conversations: formatCount(conversationCount, language),
    messages: formatCount(messageCount, language),
  };
  const isRunning = status === 'QUEUED' || status === 'RUNNING';
  return (
    <>
      <p role="status">{t(isRunning ? 'data.importing' : 'data.imported', counts)}</p>
      {failure ? <p role="alert">{wordsOfImportFault(failureOf(failure), t)}</p> : null}
      {leftOut.length === 0 ? null : (
        <ul className={styles['report']} aria-label={t('data.leftOut')}>
          {leftOut.map(({ reason, count, example }) => (
            <li key={reason}>
              {formatCount(count, language)} × {t(`leftOut.${reason}`)}
              {example === null ? null : ` (${example})`}
            </li>
          ))}
        </ul>
      )}
    </>
  );
};

interface ImportUploadProps {
  readonly progress: UploadProgress;
  readonly onResume: () => void;
}

const ImportUpload = ({ progress, onResume }: ImportUploadProps) => {
  const t = useTranslate();
  const { stage, sentBytes, totalBytes } = progress;
  const value = totalBytes === 0 ? 0 : sentBytes / totalBytes;
  return (
    <>
      <progress className={styles['progress']} max={1} value={value} aria-label={t('data.uploading')} />
      {stage === 'PAUSED' ? (
        <>
          <p role="alert">{t('data.uploadPaused')}</p>
          <Button icon="again" onClick={onResume}>
            {t('data.uploadResume')}
          </Button>
        </>
      ) : null}
    </>
  );
};

const ImportPart = () => {
  const t = useTranslate();
  const language = useLanguage();
  const client = useParlance();
  const leaving = useLeaving();
  const input = useRef<HTMLInputElement>(null);
  const [attempt, fault, isBusy] = useAttempt();
  const upload = useRef<Attachment>(undefined);
  const [progress, setProgress] = useState<UploadProgress>();
  const [state, setState] = useState<ImportState>();
  const [refused, setRefused] = useState<FileFailure>();
  const run = async (file: File) => {
    setState(undefined);
    setRefused(undefined);
    const attachment = client.attach(file, { purpose: 'IMPORT', onProgress: setProgress });
    upload.current = attachment;
    const { id, failure } = await attachment.file;
    setProgress(undefined);
    if (failure) return setRefused(failure);
    await client.importConversations(id, { signal: leaving(), onProgress: setState });
  };
  const choose = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const file = target.files?.[0];
    if (file) void attempt(() => run(file)).finally(() => setProgress(undefined));
    // The same file can be chosen again.
    target.value = '';
  };
  const open = () => input.current?.click();
  return (
    <section className={styles['part']} aria-label={t('data.import')}>
      <h3>{t('data.import')}</h3>
      <p>{t('data.importIntro')}</p>
      <input
        ref={input}
        type="file"
        accept=".json,.zip,application/json,application/zip"
        hidden
        aria-label={t('data.importFile')}
        onChange={choose}
      />
      <Button icon="plus" disabled={isBusy} onClick={open}>
        {t('data.importFile')}
      </Button>
      {progress ? <ImportUpload progress={progress} onResume={() => upload.current?.resume()} /> : null}
      {fault ? <p role="alert">{wordsOfImportFault(fault, t)}</p> : null}
      {refused ? <p role="alert">{wordsOfFileFailure(refused, t, language)}</p> : null}
      {state ? <ImportReport state={state} /> : null}
    </section>
  );
};

export const OwnData = () => (
  <>
    <ArchivePart />
    <ImportPart />
  </>
);
