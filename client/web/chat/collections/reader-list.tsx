/** The people whom a collection lists. Each is added by the whole e-mail address, because nobody sees a list of all. */
import { UserByEmailDocument } from '@parlance/client';
import { useParlance } from '@parlance/react';
import { type ChangeEvent, type KeyboardEvent, useId, useState } from 'react';
import { Button, IconButton } from '../../design/button.tsx';
import { wordsOfRefusal } from '../../faults/describe-fault.ts';
import { useTranslate } from '../../translations/translation.ts';
import listing from '../listing/listing.module.css';
import { useAttempt } from '../transfer/use-attempt.ts';
import styles from './collections.module.css';

export interface Reader {
  readonly id: string;
  readonly email: string | null;
}

/** RFC 5321. */
const mostAddressCharacters = 254;

export interface ReaderListProps {
  readonly readers: readonly Reader[];
  readonly onChange: (readers: readonly Reader[]) => void;
}

export const ReaderList = ({ readers, onChange }: ReaderListProps) => {
  const t = useTranslate();
  const client = useParlance();
  const fieldId = useId();
  const [attempt, fault, isBusy] = useAttempt();
  const [email, setEmail] = useState('');
  const [isUnknown, setUnknown] = useState(false);
  const type = ({ target }: ChangeEvent<HTMLInputElement>) => {
    setEmail(target.value);
    setUnknown(false);
  };
  const add = async () => {
    if (email.trim() === '' || isBusy) return;
    const found = await attempt(() => client.query(UserByEmailDocument, { email: email.trim() }));
    if (!found) return;
    const reader = found.userByEmail;
    setUnknown(reader === null);
    if (reader === null) return;
    setEmail('');
    onChange([...readers.filter(({ id }) => id !== reader.id), reader]);
  };
  const keyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return;
    // Not the form around it.
    event.preventDefault();
    void add();
  };
  const remove = (removed: Reader) => () => onChange(readers.filter(({ id }) => id !== removed.id));
  return (
    <fieldset className={styles['readers']}>
      <legend>{t('readers.label')}</legend>
      {readers.length === 0 ? <p className={listing['facts']}>{t('readers.none')}</p> : null}
      <ul className={styles['people']}>
        {readers.map((reader) => (
          <li key={reader.id}>
            {reader.email ?? reader.id}
            <IconButton
              icon="close"
              size="small"
              label={t('readers.remove', { name: reader.email ?? reader.id })}
              onClick={remove(reader)}
            />
          </li>
        ))}
      </ul>
      <label htmlFor={fieldId}>{t('readers.email')}</label>
      <span className={styles['entry']}>
        <input
          id={fieldId}
          type="email"
          value={email}
          maxLength={mostAddressCharacters}
          autoComplete="off"
          onChange={type}
          onKeyDown={keyDown}
        />
        <Button disabled={isBusy} onClick={() => void add()}>
          {t('readers.add')}
        </Button>
      </span>
      <p role="status" className={listing['facts']}>
        {isUnknown ? t('readers.unknown') : ''}
      </p>
      {fault ? <p role="alert">{wordsOfRefusal(fault, t)}</p> : null}
    </fieldset>
  );
};
