/** A question, as it was typed: it is text, not Markdown, so nothing of it changes its look. */
import type { TimelineEntry } from '@parlance/react';
import { memo, useState } from 'react';
import { useCopy } from '../../clipboard/copy-text.ts';
import { IconButton } from '../../design/button.tsx';
import { useTranslate } from '../../translations/translation.ts';
import { AttachedFiles } from './attached-files.tsx';
import { BranchSwitch } from './branch-switch.tsx';
import { EditForm } from './edit-form.tsx';
import { ModerationMark } from './moderation-mark.tsx';
import styles from './timeline.module.css';
import type { TimelineActions } from './timeline-actions.ts';

/** Longer questions are folded. */
const foldedLength = 2_000;

export interface QuestionViewProps {
  readonly entry: TimelineEntry;
  readonly actions: TimelineActions;
}

export const QuestionView = memo(({ entry, actions }: QuestionViewProps) => {
  const t = useTranslate();
  const { id, content, siblingIds, isPending, moderation } = entry;
  const [isEditing, setEditing] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const [isCopied, copy] = useCopy(content);
  const isFolded = content.length > foldedLength && !isOpen;
  const shown = isFolded ? `${content.slice(0, foldedLength)}…` : content;
  const beginEdit = () => setEditing(true);
  const endEdit = () => setEditing(false);
  const unfold = () => setOpen(true);
  const save = async (text: string) => (id === undefined ? undefined : actions.edit(id, text));
  if (isEditing && id !== undefined) {
    return (
      <article className={styles['question']} aria-label={t('timeline.you')}>
        <EditForm messageId={id} text={content} onSave={save} onEnd={endEdit} />
      </article>
    );
  }
  return (
    <article className={styles['question']} aria-label={t('timeline.you')} data-pending={isPending}>
      <AttachedFiles ids={entry.attachmentIds} />
      <div className={styles['bubble']} dir="auto">
        {shown}
        {isFolded ? (
          <button type="button" className={styles['unfold']} onClick={unfold}>
            {t('timeline.unfold')}
          </button>
        ) : null}
      </div>
      <div className={styles['tools']} data-side="end">
        <ModerationMark moderation={moderation} />
        <BranchSwitch id={id} siblingIds={siblingIds} onSelect={actions.select} />
        <IconButton
          icon={isCopied ? 'check' : 'copy'}
          size="small"
          label={t(isCopied ? 'copied' : 'copy')}
          onClick={copy}
        />
        {id === undefined ? null : (
          <IconButton icon="edit" size="small" label={t('timeline.edit')} onClick={beginEdit} />
        )}
      </div>
    </article>
  );
});
