/** Faults of exports and imports, where the same codes mean something else than of a message. */
import type { ParlanceFault } from '@parlance/client';
import { describeFault } from '../../faults/describe-fault.ts';
import type { Translate } from '../../translations/translation.ts';

export const wordsOfExportFault = (fault: ParlanceFault, t: Translate): string =>
  fault.code === 'PAYLOAD_TOO_LARGE' ? t('transfer.tooMuch') : describeFault(fault, t).words;

export const wordsOfImportFault = (fault: ParlanceFault, t: Translate): string => {
  if (fault.code === 'PAYLOAD_TOO_LARGE') return t('data.tooLarge');
  return fault.code === 'BAD_USER_INPUT' ? t('data.unreadable') : describeFault(fault, t).words;
};
