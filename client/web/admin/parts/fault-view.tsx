/** A fault in words, with what helps. */

import type { ParlanceFault } from '@parlance/client';
import { Alert } from '../../design/alert.tsx';
import { Button } from '../../design/button.tsx';
import { describeFault } from '../../faults/describe-fault.ts';
import { signInUrl } from '../../session/sign-in-url.ts';
import { useLanguage, useTranslate } from '../../translations/translation.ts';

export interface FaultViewProps {
  readonly fault: ParlanceFault | undefined;
  readonly retry?: () => Promise<void>;
}

/**
 * What a field of a form must be, only the server says. Who may do something and what is missing it says best, in
 * English.
 */
const wordsOf = (fault: ParlanceFault, described: string, language: string): string => {
  const isSaid = fault.code === 'BAD_USER_INPUT';
  const isSaidBest = language === 'en' && (fault.code === 'FORBIDDEN' || fault.code === 'NOT_FOUND');
  return isSaid || isSaidBest ? fault.message : described;
};

export const FaultView = ({ fault, retry }: FaultViewProps) => {
  const t = useTranslate();
  const language = useLanguage();
  if (!fault) return null;
  const { words, remedy } = describeFault(fault, t);
  const again = () => void retry?.();
  return (
    <Alert words={wordsOf(fault, words, language)}>
      {remedy === 'signIn' ? <a href={signInUrl(`${location.pathname}${location.search}`)}>{t('signIn')}</a> : null}
      {retry && remedy !== 'signIn' ? <Button onClick={again}>{t('fault.retry')}</Button> : null}
    </Alert>
  );
};
