/** What is left of the day's and the minute's tokens. It moves with each message, on whichever device. */
import type { Quota } from '@parlance/client';
import { formatCount, formatTime } from '../../formats/format.ts';
import { useLanguage, useTranslate } from '../../translations/translation.ts';
import styles from './quota.module.css';

/** Part that is left, 0 to 1. */
const leftOf = ({ remainingTokens, limitTokens }: Quota['day']): number =>
  limitTokens > 0 ? Math.min(1, Math.max(0, remainingTokens / limitTokens)) : 0;

export const QuotaIndicator = ({ quota }: { readonly quota: Quota }) => {
  const t = useTranslate();
  const language = useLanguage();
  const { day, minute } = quota;
  const left = leftOf(day);
  const percent = new Intl.NumberFormat(language, { style: 'percent' }).format(left);
  const isLow = left < 0.1 || leftOf(minute) < 0.1;
  return (
    <details className={styles['quota']}>
      <summary>
        <span>{t('quota.left', { percent })}</span>
        <span className={styles['track']} data-low={isLow} aria-hidden="true">
          <span style={{ inlineSize: `${left * 100}%` }} />
        </span>
      </summary>
      <dl>
        <div>
          <dt>{t('quota.day')}</dt>
          <dd>
            {formatCount(day.remainingTokens, language)} / {formatCount(day.limitTokens, language)}
          </dd>
          <dd>{t('quota.resets', { time: formatTime(day.resetsAt, language) })}</dd>
        </div>
        <div>
          <dt>{t('quota.minute')}</dt>
          <dd>
            {formatCount(minute.remainingTokens, language)} / {formatCount(minute.limitTokens, language)}
          </dd>
        </div>
      </dl>
    </details>
  );
};
