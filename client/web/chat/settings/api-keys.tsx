/** Keys for programs. Invariant: a secret is shown once, right after it was made, and is kept nowhere. */
import type { ApiKey } from '@parlance/client';
import { type ChangeEvent, type FormEvent, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { describeFault } from '../../faults/describe-fault.ts';
import { formatMoment } from '../../formats/format.ts';
import { SecretOnce } from '../../secrets/secret-once.tsx';
import { useLanguage, useTranslate } from '../../translations/translation.ts';
import styles from './settings.module.css';
import { useApiKeys } from './use-api-keys.ts';

interface RowProps {
  readonly apiKey: ApiKey;
  readonly onRevoke: (id: string) => void;
}

const KeyRow = ({ apiKey, onRevoke }: RowProps) => {
  const t = useTranslate();
  const language = useLanguage();
  const [isAsking, setAsking] = useState(false);
  const { id, name, prefix, lastUsedAt, createdAt } = apiKey;
  const ask = () => setAsking(true);
  const cancel = () => setAsking(false);
  const revoke = () => onRevoke(id);
  const used = lastUsedAt === null ? t('keys.neverUsed') : t('keys.used', { time: formatMoment(lastUsedAt, language) });
  return (
    <li>
      <span className={styles['keyWords']}>
        <strong>{name}</strong> <code>{prefix}…</code>
        <span>
          {t('keys.made', { time: formatMoment(createdAt, language) })}, {used}
        </span>
      </span>
      {isAsking ? (
        <span className={styles['confirm']}>
          <Button onClick={cancel}>{t('cancel')}</Button>
          <Button look="danger" onClick={revoke}>
            {t('keys.revokeSure')}
          </Button>
        </span>
      ) : (
        <Button look="danger" onClick={ask} aria-label={t('keys.revokeOne', { name })}>
          {t('keys.revoke')}
        </Button>
      )}
    </li>
  );
};

const isInForce = ({ revokedAt, expiresAt }: ApiKey): boolean =>
  revokedAt === null && (expiresAt === null || Date.parse(expiresAt) > Date.now());

export const ApiKeys = () => {
  const t = useTranslate();
  const { keys, fault, create, revoke } = useApiKeys();
  const [name, setName] = useState('');
  const [secret, setSecret] = useState<string>();
  const change = ({ target }: ChangeEvent<HTMLInputElement>) => setName(target.value);
  const make = async () => {
    const made = await create(name.trim());
    if (made === undefined) return;
    setSecret(made);
    setName('');
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '') void make();
  };
  const revokeOne = (id: string) => void revoke(id);
  const shown = keys?.filter(isInForce) ?? [];
  return (
    <>
      <p className={styles['intro']}>{t('keys.intro')}</p>
      {fault ? <p role="alert">{describeFault(fault, t).words}</p> : null}
      <form className={styles['make']} onSubmit={submit}>
        <input
          aria-label={t('keys.name')}
          placeholder={t('keys.name')}
          value={name}
          maxLength={100}
          onChange={change}
        />
        <Button look="main" icon="key" submits disabled={name.trim() === ''}>
          {t('keys.make')}
        </Button>
      </form>
      {secret === undefined ? null : (
        <div className={styles['made']}>
          <SecretOnce words={t('keys.secretOnce')} secret={secret} />
        </div>
      )}
      {keys && shown.length === 0 ? <p className={styles['intro']}>{t('keys.none')}</p> : null}
      <ul className={styles['list']}>
        {shown.map((apiKey) => (
          <KeyRow key={apiKey.id} apiKey={apiKey} onRevoke={revokeOne} />
        ))}
      </ul>
    </>
  );
};
