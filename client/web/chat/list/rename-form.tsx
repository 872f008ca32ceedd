/** The title of a conversation while it is being changed: Enter keeps it, Escape does not, leaving it does. */
import { type ChangeEvent, type FocusEvent, type FormEvent, type KeyboardEvent, useState } from 'react';
import { useTranslate } from '../../translations/translation.ts';
import styles from './list.module.css';

const maxTitle = 200;

export interface RenameFormProps {
  readonly title: string;
  /** With undefined, the title remains. */
  readonly onEnd: (title: string | undefined) => void;
}

export const RenameForm = ({ title, onEnd }: RenameFormProps) => {
  const t = useTranslate();
  const [text, setText] = useState(title);
  const change = ({ target }: ChangeEvent<HTMLInputElement>) => setText(target.value);
  // What is typed first takes the place of the former title.
  const select = ({ target }: FocusEvent<HTMLInputElement>) => target.select();
  const keep = () => onEnd(text.trim() === '' || text.trim() === title ? undefined : text.trim());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    keep();
  };
  const cancel = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onEnd(undefined);
  };
  return (
    <form className={styles['rename']} onSubmit={submit}>
      <input
        // biome-ignore lint/a11y/noAutofocus: the reader has just asked to write here
        autoFocus
        aria-label={t('list.rename')}
        value={text}
        maxLength={maxTitle}
        onFocus={select}
        onChange={change}
        onKeyDown={cancel}
        onBlur={keep}
      />
    </form>
  );
};
