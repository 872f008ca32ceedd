/**
 * A call of a tool, folded: its arguments and its result are text that a model or a tool wrote, and are shown as text.
 */
import type { ToolCall } from '@parlance/client';
import { memo } from 'react';
import { Icon } from '../../design/icon.tsx';
import { useTranslate } from '../../translations/translation.ts';
import styles from './tool-call.module.css';

/** More would hold up the page, and nobody reads it here. */
const shownLength = 20_000;

const shorten = (text: string): string => (text.length > shownLength ? `${text.slice(0, shownLength)}…` : text);

/** With line breaks where it is JSON. */
const pretty = (text: string): string => {
  try {
    return text.length > shownLength ? shorten(text) : JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return shorten(text);
  }
};

const states = { RUNNING: 'tool.running', COMPLETED: 'tool.completed', FAILED: 'tool.failed' } as const;

export const ToolCallView = memo(({ call }: { readonly call: ToolCall }) => {
  const t = useTranslate();
  return (
    <details className={styles['call']} data-status={call.status}>
      <summary>
        <Icon name="tool" size={15} />
        <span className={styles['callName']}>{call.name}</span>
        <span className={styles['callState']}>{t(states[call.status])}</span>
      </summary>
      <dl>
        <dt>{t('tool.arguments')}</dt>
        <dd>
          <pre>{pretty(call.arguments)}</pre>
        </dd>
        {call.result === null ? null : (
          <>
            <dt>{t('tool.result')}</dt>
            <dd>
              <pre>{pretty(call.result)}</pre>
            </dd>
          </>
        )}
      </dl>
    </details>
  );
});
