/** Says that the moderation has marked a message, and for what. */
import type { TimelineEntry } from '@parlance/react';
import { Icon } from '../../design/icon.tsx';
import { useTranslate } from '../../translations/translation.ts';
import { describeCategory } from '../../verdicts/moderation-words.ts';
import styles from './timeline.module.css';

export const ModerationMark = ({ moderation }: Pick<TimelineEntry, 'moderation'>) => {
  const t = useTranslate();
  if (!moderation || moderation.action === 'ALLOW') return null;
  const categories = moderation.categories.map(({ category }) => describeCategory(category, t)).join(', ');
  return (
    <span className={styles['flag']}>
      <Icon name="flag" size={14} />
      {t('moderation.mark', { categories })}
    </span>
  );
};
