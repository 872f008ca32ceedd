/** What was typed and the server does not have: the text, why, and what helps. */
import type { UnsentTurn } from '@parlance/react';
import { useTranslate } from '../../translations/translation.ts';
import type { ModelOption } from '../models/model-options.ts';
import { FaultNotice } from '../timeline/fault-notice.tsx';
import styles from './conversation.module.css';

export interface UnsentTurnsProps {
  readonly turns: readonly UnsentTurn[];
  readonly models: readonly ModelOption[];
  /** The same turn again, which the server takes once; with another model it is another turn. */
  readonly onRetry: (turn: UnsentTurn, model?: string) => void;
  readonly onEdit: (turn: UnsentTurn) => void;
  readonly onDiscard: (turn: UnsentTurn) => void;
}

/** For a turn that was under way when the page was left. */
const unknownOutcome = {
  code: 'NETWORK_ERROR',
  message: '',
  retryable: true,
  retryAfterMs: undefined,
} as const;

export const UnsentTurns = ({ turns, models, onRetry, onEdit, onDiscard }: UnsentTurnsProps) => {
  const t = useTranslate();
  return turns.map((turn) => {
    const retry = (model?: string) => onRetry(turn, model);
    const edit = () => onEdit(turn);
    const discard = () => onDiscard(turn);
    return (
      <article key={turn.idempotencyKey} className={styles['unsent']} aria-label={t('unsent.label')}>
        {turn.content === undefined ? null : <p className={styles['unsentText']}>{turn.content}</p>}
        <FaultNotice
          fault={turn.error ?? unknownOutcome}
          models={models}
          onRetry={retry}
          onEdit={turn.content === undefined ? undefined : edit}
          onDiscard={discard}
        />
      </article>
    );
  });
};
