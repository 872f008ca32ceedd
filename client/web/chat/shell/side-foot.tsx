/** Below the list: what is left of the quota, who is signed in, the settings. */
import { useQuota, useViewer } from '@parlance/react';
import { IconButton } from '../../design/button.tsx';
import { useNotify } from '../../notices/notify-context.ts';
import { opensConsole, signOut } from '../../session/session.ts';
import { useSession } from '../../session/session-context.ts';
import { useTranslate } from '../../translations/translation.ts';
import { QuotaIndicator } from '../quota/quota-indicator.tsx';
import styles from './shell.module.css';

export const SideFoot = ({ onSettings }: { readonly onSettings: () => void }) => {
  const t = useTranslate();
  const notify = useNotify();
  const { value: quota } = useQuota();
  const { value: viewer } = useViewer();
  const session = useSession();
  const leave = () => {
    signOut().catch(() => notify({ words: t('signOut.failed') }));
  };
  return (
    <div className={styles['foot']}>
      {quota ? <QuotaIndicator quota={quota} /> : null}
      {session && opensConsole(session) ? (
        <a className={styles['console']} href="/admin">
          {t('shell.console')}
        </a>
      ) : null}
      <div className={styles['user']}>
        <span title={viewer?.tenant.name}>{viewer?.viewer.email ?? viewer?.tenant.name ?? ''}</span>
        <IconButton icon="settings" label={t('settings.title')} onClick={onSettings} />
        <IconButton icon="out" label={t('signOut')} onClick={leave} />
      </div>
    </div>
  );
};
