/** Says that the moderation has marked a message, and for what. */
import type { TimelineEntry } from '@parlance/react';
import { Icon } from '../../design/icon.tsx';
import { useTranslate } from '../../translations/translation.ts';
import styles from './timeline.module.css';

const words = {
  CHAT_TEMPLATE: 'moderation.template',
  HATE: 'moderation.hate',
  PROFANITY: 'moderation.profanity',
  PROMPT_INJECTION: 'moderation.injection',
  SELF_HARM: 'moderation.selfHarm',
  THREAT: 'moderation.threat',
} as const;

export const ModerationMark = ({ moderation }: Pick<TimelineEntry, 'moderation'>) => {
  const t = useTranslate();
  if (!moderation || moderation.action === 'ALLOW') return null;
  const categories = moderation.categories.map(({ category }) => t(words[category])).join(', ');
  return (
    <span className={styles['flag']}>
      <Icon name="flag" size={14} />
      {t('moderation.mark', { categories })}
    </span>
  );
};
