/** Where the user is signed in, and the way to end it there. */
import {
  EndSessionDocument,
  isParlanceError,
  type ParlanceFault,
  type SessionState,
  SessionsDocument,
} from '@parlance/client';
import { useParlance } from '@parlance/react';
import { useCallback, useEffect, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { describeFault } from '../../faults/describe-fault.ts';
import { formatMoment } from '../../formats/format.ts';
import { useLanguage, useTranslate } from '../../translations/translation.ts';
import styles from './settings.module.css';

const systems = ['iPhone', 'iPad', 'Android', 'Windows', 'Mac OS', 'CrOS', 'Linux'] as const;
const browsers = ['Edg', 'Firefox', 'Chrome', 'Safari'] as const;

/** The browser and its system, as far as the browser names itself. */
const nameOf = (userAgent: string): string => {
  const browser = browsers.find((name) => userAgent.includes(name));
  const system = systems.find((name) => userAgent.includes(name));
  const names = [browser === 'Edg' ? 'Edge' : browser, system].filter((name) => name !== undefined);
  return names.length > 0 ? names.join(', ') : userAgent.slice(0, 60);
};

interface RowProps {
  readonly session: SessionState;
  readonly onEnd: (id: string) => void;
}

const SessionRow = ({ session, onEnd }: RowProps) => {
  const t = useTranslate();
  const language = useLanguage();
  const { id, userAgent, address, createdAt, lastUsedAt, current } = session;
  const end = () => onEnd(id);
  return (
    <li>
      <span className={styles['keyWords']}>
        <strong>{nameOf(userAgent)}</strong> {current ? t('sessions.current') : null}
        <span>
          {address}, {t('sessions.since', { time: formatMoment(createdAt, language) })},{' '}
          {t('keys.used', { time: formatMoment(lastUsedAt, language) })}
        </span>
      </span>
      {current ? null : (
        <Button look="danger" onClick={end}>
          {t('sessions.end')}
        </Button>
      )}
    </li>
  );
};

export const Sessions = () => {
  const t = useTranslate();
  const client = useParlance();
  const [sessions, setSessions] = useState<readonly SessionState[]>([]);
  const [fault, setFault] = useState<ParlanceFault>();
  const run = useCallback(
    async (task: () => Promise<unknown>) => {
      try {
        await task();
        setSessions((await client.query(SessionsDocument, {})).sessions);
        setFault(undefined);
      } catch (error) {
        if (!isParlanceError(error)) throw error;
        setFault(error);
      }
    },
    [client],
  );
  useEffect(() => void run(async () => undefined), [run]);
  const end = (id: string) => void run(() => client.mutate(EndSessionDocument, { id }));
  return (
    <>
      <p className={styles['intro']}>{t('sessions.intro')}</p>
      {fault ? <p role="alert">{describeFault(fault, t).words}</p> : null}
      <ul className={styles['list']}>
        {sessions.map((session) => (
          <SessionRow key={session.id} session={session} onEnd={end} />
        ))}
      </ul>
    </>
  );
};
