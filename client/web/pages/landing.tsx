/** What somebody sees who is not signed in. Rendered at build time too, so it is there before any script. */
import { Icon } from '../design/icon.tsx';
import { Mark } from '../design/mark.tsx';
import { signInUrl } from '../session/sign-in-url.ts';
import { useTranslate } from '../translations/translation.ts';
import styles from './pages.module.css';

export interface LandingProps {
  /** Whether a session has just ended. */
  readonly hasExpired?: boolean;
  /** Where to come back to. */
  readonly returnTo: string;
}

const points = [
  ['landing.streams', 'landing.streams.more'],
  ['landing.branches', 'landing.branches.more'],
  ['landing.costs', 'landing.costs.more'],
] as const;

export const Landing = ({ hasExpired = false, returnTo }: LandingProps) => {
  const t = useTranslate();
  return (
    <main className={styles['page']}>
      <div className={styles['welcome']}>
        <Mark size={44} />
        <h1>{hasExpired ? t('signedOut.title') : t('landing.title')}</h1>
        <p className={styles['lead']}>{hasExpired ? t('signedOut.more') : t('landing.more')}</p>
        <p>
          <a className={styles['main']} href={signInUrl(returnTo)}>
            {t('signIn')}
          </a>
        </p>
        {hasExpired ? null : (
          <ul className={styles['points']}>
            {points.map(([title, more]) => (
              <li key={title}>
                <Icon name="check" size={17} />
                <span>
                  <strong>{t(title)}</strong> {t(more)}
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
      <footer className={styles['foot']}>
        <a href="/explorer">{t('landing.api')}</a>
      </footer>
    </main>
  );
};
