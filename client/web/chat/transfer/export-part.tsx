/** Exports one conversation as a file. */
import type { ExportFormat } from '@parlance/client';
import { useParlance } from '@parlance/react';
import { Button } from '../../design/button.tsx';
import { useLanguage, useTranslate } from '../../translations/translation.ts';
import { ExportState } from './export-state.tsx';
import styles from './transfer.module.css';
import { wordsOfExportFault } from './transfer-faults.ts';
import { useExport } from './use-export.ts';

const formats = [
  { format: 'HTML', label: 'export.page' },
  { format: 'MARKDOWN', label: 'export.markdown' },
  { format: 'JSON', label: 'export.json' },
] as const satisfies readonly { readonly format: ExportFormat; readonly label: string }[];

export const ExportPart = ({ id }: { readonly id: string }) => {
  const t = useTranslate();
  const language = useLanguage();
  const client = useParlance();
  const { state, fault, isBusy, begin } = useExport(id);
  const make = (format: ExportFormat) => () =>
    begin((options) => client.exportConversation({ id, format }, { language, ...options }));
  return (
    <section className={styles['part']} aria-label={t('export.title')}>
      <h3>{t('export.title')}</h3>
      <p>{t('export.intro')}</p>
      <div className={styles['row']}>
        {formats.map(({ format, label }) => (
          <Button key={format} icon="down" disabled={isBusy} onClick={make(format)}>
            {t(label)}
          </Button>
        ))}
      </div>
      {fault ? <p role="alert">{wordsOfExportFault(fault, t)}</p> : null}
      {state ? <ExportState state={state} /> : null}
    </section>
  );
};
