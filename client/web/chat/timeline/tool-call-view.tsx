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
export const pretty = (text: string): string => {
  try {
    return text.length > shownLength ? shorten(text) : JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return shorten(text);
  }
};

const states = {
  RUNNING: 'tool.running',
  AWAITING_APPROVAL: 'tool.waiting',
  COMPLETED: 'tool.completed',
  FAILED: 'tool.failed',
} as const;
const decisions = { APPROVED: 'tool.approved', DENIED: 'tool.denied', EXPIRED: 'tool.expired' } as const;

/** A call that was not allowed has not failed: that it was not made says more. */
const stateOf = ({ status, decision }: ToolCall) =>
  decision == null || (decision === 'APPROVED' && status !== 'COMPLETED') ? states[status] : decisions[decision];

export const ToolCallView = memo(({ call }: { readonly call: ToolCall }) => {
  const t = useTranslate();
  return (
    <details className={styles['call']} data-status={call.status}>
      <summary>
        <Icon name="tool" size={15} />
        <span className={styles['callName']}>{call.name}</span>
        {call.mcpServer ? <span>{t('tool.of', { server: call.mcpServer })}</span> : null}
        <span className={styles['callState']}>{t(stateOf(call))}</span>
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
