/** Which of several alternatives is shown, and the way to the others. */
import { memo } from 'react';
import { IconButton } from '../../design/button.tsx';
import { useTranslate } from '../../translations/translation.ts';
import styles from './timeline.module.css';

export interface BranchSwitchProps {
  readonly id: string | undefined;
  readonly siblingIds: readonly string[];
  readonly onSelect: (messageId: string) => void;
}

export const BranchSwitch = memo(({ id, siblingIds, onSelect }: BranchSwitchProps) => {
  const t = useTranslate();
  if (id === undefined || siblingIds.length < 2) return null;
  const at = siblingIds.indexOf(id);
  const [before, after] = [siblingIds[at - 1], siblingIds[at + 1]];
  const select = (messageId: string | undefined) => () => {
    if (messageId !== undefined) onSelect(messageId);
  };
  const position = t('timeline.branch', { position: at + 1, count: siblingIds.length });
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <span className={styles['branch']} role="group" aria-label={position}>
      <IconButton
        icon="left"
        size="small"
        label={t('timeline.branchBefore')}
        disabled={!before}
        onClick={select(before)}
      />
      <span aria-hidden="true">
        {at + 1}/{siblingIds.length}
      </span>
      <IconButton
        icon="right"
        size="small"
        label={t('timeline.branchAfter')}
        disabled={!after}
        onClick={select(after)}
      />
    </span>
  );
});
