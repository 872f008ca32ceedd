/**
 * Shares a conversation, and ends that, where the tenant allows it. Invariant: the link is shown once, right after it
 * was made, because nobody can find its token out later.
 */
import { RevokeShareDocument, ShareConversationDocument, ShareDocument, type ShareState } from '@parlance/client';
import { useParlance } from '@parlance/react';
import { type ChangeEvent, type ReactNode, useEffect, useState } from 'react';
import { Button } from '../../design/button.tsx';
import { describeFault } from '../../faults/describe-fault.ts';
import { formatMoment } from '../../formats/format.ts';
import { SecretOnce } from '../../secrets/secret-once.tsx';
import { useLanguage, useTranslate } from '../../translations/translation.ts';
import styles from './transfer.module.css';
import { useAttempt } from './use-attempt.ts';

const days = [7, 30, 365, 0] as const;
const dayMs = 24 * 60 * 60 * 1000;

const linkOf = (token: string): string => new URL(`/s/${token}`, location.href).href;

const useShare = (id: string) => {
  const client = useParlance();
  const [attempt, fault, isBusy] = useAttempt();
  const [share, setShare] = useState<ShareState | null>();
  const [isAllowed, setAllowed] = useState<boolean>();
  const [link, setLink] = useState<string>();
  useEffect(() => {
    void attempt(() => client.query(ShareDocument, { id })).then((found) => {
      setShare(found?.conversation?.share);
      setAllowed(found?.sharingAllowed);
    });
  }, [client, attempt, id]);
  return {
    ...{ share, link, fault, isBusy },
    /** Whether the tenant does; undefined until that is known. */
    isAllowed,
    async make(forDays: number, withFiles: boolean): Promise<void> {
      const expiresAt = forDays === 0 ? null : new Date(Date.now() + forDays * dayMs).toISOString();
      const made = await attempt(() => client.mutate(ShareConversationDocument, { id, expiresAt, withFiles }));
      if (!made) return;
      const { token, ...state } = made.shareConversation;
      setShare(state);
      setLink(token === null ? undefined : linkOf(token));
    },
    async revoke(): Promise<void> {
      if (!share) return;
      const revoked = await attempt(() => client.mutate(RevokeShareDocument, { id: share.id }));
      if (!revoked) return;
      setShare(null);
      setLink(undefined);
    },
  };
};

const ShareFacts = ({ share }: { readonly share: ShareState }) => {
  const t = useTranslate();
  const language = useLanguage();
  const { createdAt, expiresAt, withFiles } = share;
  const since = t('share.since', { time: formatMoment(createdAt, language) });
  const until = expiresAt === null ? t('share.forEver') : t('share.until', { time: formatMoment(expiresAt, language) });
  return (
    <p role="status">
      {since} {until}
      {withFiles ? ` ${t('share.hasFiles')}` : null}
    </p>
  );
};

interface ShareFormProps extends Pick<ReturnType<typeof useShare>, 'isBusy' | 'make'> {
  readonly isShared: boolean;
  /** The button that ends the share. */
  readonly children: ReactNode;
}

const ShareForm = ({ isShared, isBusy, make, children }: ShareFormProps) => {
  const t = useTranslate();
  const [chosenDays, setDays] = useState<number>(30);
  const choose = ({ target }: ChangeEvent<HTMLSelectElement>) => setDays(Number(target.value));
  const [withFiles, setWithFiles] = useState(false);
  const chooseFiles = ({ target }: ChangeEvent<HTMLInputElement>) => setWithFiles(target.checked);
  const create = () => void make(chosenDays, withFiles);
  return (
    <>
      <p>
        <label>
          <input type="checkbox" checked={withFiles} onChange={chooseFiles} /> {t('share.withFiles')}
        </label>
      </p>
      <div className={styles['row']}>
        <select aria-label={t('share.expiry')} value={chosenDays} onChange={choose}>
          {days.map((count) => (
            <option key={count} value={count}>
              {count === 0 ? t('share.never') : t('share.days', { count })}
            </option>
          ))}
        </select>
        <Button look="main" icon="copy" disabled={isBusy} onClick={create}>
          {t(isShared ? 'share.again' : 'share.make')}
        </Button>
        {children}
      </div>
    </>
  );
};

export const SharePart = ({ id }: { readonly id: string }) => {
  const t = useTranslate();
  const { share, link, fault, isBusy, isAllowed, make, revoke } = useShare(id);
  const end = () => void revoke();
  const ending = share ? (
    <Button look="danger" disabled={isBusy} onClick={end}>
      {t('share.end')}
    </Button>
  ) : null;
  return (
    <section className={styles['part']} aria-label={t('share.title')}>
      <h3>{t('share.title')}</h3>
      <p>{t(isAllowed === false ? 'share.forbidden' : 'share.intro')}</p>
      {fault ? <p role="alert">{describeFault(fault, t).words}</p> : null}
      {share && isAllowed !== false ? <ShareFacts share={share} /> : null}
      {link === undefined ? null : <SecretOnce words={t('share.once')} secret={link} />}
      {isAllowed === false ? (
        ending
      ) : (
        <ShareForm isShared={Boolean(share)} isBusy={isBusy} make={make}>
          {ending}
        </ShareForm>
      )}
    </section>
  );
};
