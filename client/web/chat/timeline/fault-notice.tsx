/** A fault in words, with the action that helps: again at once, again after a wait that counts down, another model. */

import type { ParlanceFault } from '@parlance/client';
import { Alert } from '../../design/alert.tsx';
import { Button } from '../../design/button.tsx';
import { Icon } from '../../design/icon.tsx';
import { Menu } from '../../design/menu.tsx';
import { describeFault } from '../../faults/describe-fault.ts';
import { signInUrl } from '../../session/sign-in-url.ts';
import { useTranslate } from '../../translations/translation.ts';
import type { ModelOption } from '../models/model-options.ts';
import { useCountdown } from './countdown.ts';
import styles from './fault.module.css';

export interface FaultNoticeProps {
  readonly fault: ParlanceFault;
  readonly models: readonly ModelOption[];
  /** @param model another one than before */
  readonly onRetry: (model?: string) => void;
  /** Takes back what was not sent, to change it. */
  readonly onEdit?: (() => void) | undefined;
  readonly onDiscard?: (() => void) | undefined;
}

export const FaultNotice = ({ fault, models, onRetry, onEdit, onDiscard }: FaultNoticeProps) => {
  const t = useTranslate();
  const { words, remedy } = describeFault(fault, t);
  const left = useCountdown(fault.retryAfterMs);
  const retry = () => onRetry();
  const choices = models.map(({ id, name, detail }) => ({ label: name, detail, onChoose: () => onRetry(id) }));
  const canRetry = remedy === 'retry' || remedy === 'wait' || (remedy === 'model' && fault.retryable);
  return (
    <div className={styles['fault']}>
      <Alert words={words}>
        {canRetry ? (
          <Button icon="again" disabled={left > 0} onClick={retry}>
            {left > 0 ? t('fault.retryIn', { seconds: left }) : t('fault.retry')}
          </Button>
        ) : null}
        {remedy === 'model' && choices.length > 0 ? (
          <Menu label={t('fault.otherModel')} showsLabel items={choices}>
            <Icon name="chevron" size={14} />
          </Menu>
        ) : null}
        {remedy === 'signIn' ? <a href={signInUrl(location.pathname)}>{t('signIn')}</a> : null}
        {onEdit ? (
          <Button icon="edit" onClick={onEdit}>
            {t('fault.edit')}
          </Button>
        ) : null}
        {onDiscard ? <Button onClick={onDiscard}>{t('fault.discard')}</Button> : null}
      </Alert>
    </div>
  );
};
