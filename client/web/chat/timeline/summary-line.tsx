/**
 * A line behind the last message that a summary covers: what stands above it, the model sees only in short. Invariant:
 * the summary is rendered only while the line is unfolded.
 */
import type { ConversationSettings } from '@parlance/client';
import { memo, useState } from 'react';
import { Markdown } from '../../markdown/markdown.tsx';
import { useTranslate } from '../../translations/translation.ts';
import styles from './summary-line.module.css';

export type ShownSummary = NonNullable<ConversationSettings['summary']>;

export const SummaryLine = memo(({ summary }: { readonly summary: ShownSummary }) => {
  const t = useTranslate();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details className={styles['line']} onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>{t('summary.line')}</summary>
      {isOpen ? (
        <div className={styles['body']}>
          <p>{t('summary.more', { count: summary.messageCount })}</p>
          <Markdown text={summary.text} isGrowing={false} />
        </div>
      ) : null}
    </details>
  );
});
