/** A fault in words, with what helps. */

import type { ParlanceFault } from '@parlance/client';
import { Alert } from '../../design/alert.tsx';
import { Button } from '../../design/button.tsx';
import { describeFault } from '../../faults/describe-fault.ts';
import { signInUrl } from '../../session/sign-in-url.ts';
import { useTranslate } from '../../translations/translation.ts';

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
    <Alert words={wordsOf(fault, words)}>
      {remedy === 'signIn' ? <a href={signInUrl(`${location.pathname}${location.search}`)}>{t('signIn')}</a> : null}
      {retry && remedy !== 'signIn' ? <Button onClick={again}>{t('fault.retry')}</Button> : null}
    </Alert>
  );
};
