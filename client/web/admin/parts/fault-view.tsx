/** A fault in words, with what helps. */
import type { ParlanceFault } from '@parlance/client';
import { signInUrl } from '../../chat/pages/sign-in-url.ts';
import { describeFault } from '../../chat/words/describe-fault.ts';
import { Button } from '../../design/button.tsx';
import { useTranslate } from '../../translations/translation.ts';
import styles from './parts.module.css';

export interface FaultViewProps {
  readonly fault: ParlanceFault | undefined;
  readonly retry?: () => Promise<void>;
}

/** What a field of a form must be, the server says best. */
const wordsOf = (fault: ParlanceFault, described: string): string =>
  fault.code === 'FORBIDDEN' || fault.code === 'NOT_FOUND' || fault.code === 'BAD_USER_INPUT'
    ? fault.message
    : described;

export const FaultView = ({ fault, retry }: FaultViewProps) => {
  const t = useTranslate();
  if (!fault) return null;
  const { words, remedy } = describeFault(fault, t);
  const again = () => void retry?.();
  return (
    <div className={styles['fault']} role="alert">
      <span>{wordsOf(fault, words)}</span>
      {remedy === 'signIn' ? <a href={signInUrl(`${location.pathname}${location.search}`)}>{t('signIn')}</a> : null}
      {retry && remedy !== 'signIn' ? <Button onClick={again}>{t('fault.retry')}</Button> : null}
    </div>
  );
};
