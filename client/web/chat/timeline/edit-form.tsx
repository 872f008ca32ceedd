/**
 * A question that is asked in other words. Invariant: what was written stays until the server has it, or it is let go.
 */
import type { ParlanceFault } from '@parlance/client';
import { type ChangeEvent, type FormEvent, type KeyboardEvent, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { describeFault } from '../../faults/describe-fault.ts';
import { useTranslate } from '../../translations/translation.ts';
import { useDevice } from '../device/device-context.ts';
import { useDraft } from '../device/use-draft.ts';
import styles from './edit-form.module.css';

export interface EditFormProps {
  readonly messageId: string;
  readonly text: string;
  readonly onSave: (text: string) => Promise<ParlanceFault | undefined>;
  readonly onEnd: () => void;
}

export const EditForm = ({ messageId, text: before, onSave, onEnd }: EditFormProps) => {
  const t = useTranslate();
  const draft = useDraft(useDevice().drafts, `edit-${messageId}`);
  const text = draft.text === '' ? before : draft.text;
  const [isSaving, setSaving] = useState(false);
  const [fault, setFault] = useState<ParlanceFault>();
  const isChanged = text.trim() !== '' && text !== before;
  const leave = () => {
    draft.setText('');
    onEnd();
  };
  const save = async () => {
    setSaving(true);
    const refused = await onSave(text);
    setSaving(false);
    setFault(refused);
    if (!refused) leave();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isChanged && !isSaving) void save();
  };
  const change = ({ target }: ChangeEvent<HTMLTextAreaElement>) => draft.setText(target.value);
  const keyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') leave();
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit(event);
  };
  return (
    <form className={styles['edit']} onSubmit={submit}>
      <textarea
        // biome-ignore lint/a11y/noAutofocus: the reader has just asked to write here
        autoFocus
        aria-label={t('timeline.edit')}
        value={text}
        rows={Math.min(12, text.split('\n').length + 1)}
        onChange={change}
        onKeyDown={keyDown}
      />
      {fault ? (
        <p className={styles['refused']} role="alert">
          {describeFault(fault, t).words}
        </p>
      ) : null}
      <span className={styles['editActions']}>
        <Button onClick={leave}>{t('cancel')}</Button>
        <Button look="main" submits disabled={!isChanged || isSaving}>
          {t('timeline.ask')}
        </Button>
      </span>
    </form>
  );
};
