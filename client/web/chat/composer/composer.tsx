/**
 * Where questions are written. It grows with its text. While a reply is being written, a question waits for its end or
 * interrupts it, and the reply can be stopped.
 */

import type { LiveUploads } from '@parlance/react';
import { type ChangeEvent, type FormEvent, type KeyboardEvent, type ReactNode, useId } from 'react';
import { IconButton } from '../../design/button.tsx';
import hidden from '../../design/hidden.module.css';
import { Menu } from '../../design/menu.tsx';
import { useStored } from '../../preferences/use-stored.ts';
import { useTranslate } from '../../translations/translation.ts';
import { busyPolicyStored, sendKeyStored } from '../device/sending.ts';
import type { Draft } from '../device/use-draft.ts';
import { composerId } from '../frame/element-ids.ts';
import { AttachButton } from '../uploads/attach-button.tsx';
import { UploadsRow } from '../uploads/uploads-row.tsx';
import { useDroppedFiles } from '../uploads/use-dropped-files.ts';
import styles from './composer.module.css';
import { useHistory } from './use-history.ts';

export interface ComposerProps {
  readonly draft: Draft;
  /** Earlier questions, oldest first. */
  readonly questions: readonly string[];
  readonly isRunning: boolean;
  /** Whether a question cannot be taken yet. */
  readonly isSending?: boolean;
  /** The files of the next question. */
  readonly uploads: LiveUploads;
  /** Clears the draft when the text is kept elsewhere, and takes the files. */
  readonly onSend: (text: string, onBusy: 'ENQUEUE' | 'INTERRUPT') => void;
  readonly onStop: () => void;
  /** Controls below the text. */
  readonly children: ReactNode;
}

/** On a touch screen, Enter breaks the line: there is no other key for it. */
const isTouch = (): boolean => matchMedia('(pointer: coarse)').matches;

const BusyChoice = () => {
  const t = useTranslate();
  const [policy, setPolicy] = useStored(busyPolicyStored);
  const items = (['ENQUEUE', 'INTERRUPT'] as const).map((choice) => ({
    label: t(`composer.${choice}`),
    detail: t(`composer.${choice}.more`),
    chosen: choice === policy,
    onChoose: () => setPolicy(choice),
  }));
  return (
    <Menu label={t('composer.busy')} items={items}>
      {t(`composer.${policy}`)}
    </Menu>
  );
};

export const Composer = (props: ComposerProps) => {
  const { draft, questions, uploads, isRunning, isSending = false, onSend, onStop, children } = props;
  const t = useTranslate();
  const hintId = useId();
  const [sendKey] = useStored(sendKeyStored);
  const [busyPolicy] = useStored(busyPolicyStored);
  const recall = useHistory(questions, draft.setText);
  const isEmpty = draft.text.trim() === '';
  const isWaiting = uploads.files.some(({ file, fault }) => file === undefined && fault === undefined);
  const dropped = useDroppedFiles(uploads.add);
  const send = () => {
    if (isEmpty || isSending || isWaiting) return;
    onSend(draft.text, busyPolicy);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  const change = ({ target }: ChangeEvent<HTMLTextAreaElement>) => draft.setText(target.value);
  const keyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    recall(event);
    if (event.key !== 'Enter' || event.nativeEvent.isComposing || event.shiftKey) return;
    const hasModifier = event.ctrlKey || event.metaKey;
    if (!hasModifier && (sendKey === 'modifier' || isTouch())) return;
    event.preventDefault();
    send();
  };
  return (
    <form className={styles['composer']} onSubmit={submit} onDragOver={dropped.onDragOver} onDrop={dropped.onDrop}>
      <UploadsRow files={uploads.files} onRemove={uploads.remove} onResume={uploads.resume} />
      <div className={styles['grow']} data-text={`${draft.text}\n`}>
        <textarea
          id={composerId}
          aria-label={t('composer.label')}
          aria-describedby={hintId}
          placeholder={t('composer.placeholder')}
          value={draft.text}
          rows={1}
          dir="auto"
          enterKeyHint={sendKey === 'enter' ? 'send' : 'enter'}
          onChange={change}
          onKeyDown={keyDown}
          onPaste={dropped.onPaste}
        />
      </div>
      <div className={styles['bar']}>
        <AttachButton onChoose={uploads.add} />
        {children}
        <span className={styles['space']} />
        {isRunning && !isEmpty ? <BusyChoice /> : null}
        {isRunning ? <IconButton icon="stop" label={t('composer.stop')} onClick={onStop} /> : null}
        <IconButton
          icon="send"
          look="main"
          label={t('composer.send')}
          submits
          disabled={isEmpty || isSending || isWaiting}
        />
      </div>
      <p id={hintId} className={hidden['hidden']}>
        {t(sendKey === 'enter' ? 'composer.hintEnter' : 'composer.hintModifier')}
      </p>
    </form>
  );
};
