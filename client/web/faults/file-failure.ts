/** Why a file cannot be used, and what its owner can do about it, in the reader's words. */
import type { FileState } from '@parlance/client';
import type { MessageId } from '../translations/en.ts';
import type { Translate } from '../translations/translation.ts';

export type FileFailure = NonNullable<FileState['failure']>;

interface Description {
  readonly title: MessageId;
  readonly reason: MessageId;
  /** Undefined where the reason says what helps. */
  readonly remedy?: MessageId;
}

const descriptions: Readonly<Record<FileFailure['code'], Description>> = {
  NO_TEXT: { title: 'documents.failure.NO_TEXT', reason: 'fileFailure.NO_TEXT' },
  UNSUPPORTED_TYPE: {
    ...{ title: 'documents.failure.UNSUPPORTED_TYPE', reason: 'fileFailure.UNSUPPORTED_TYPE' },
    remedy: 'fileFailure.helps.UNSUPPORTED_TYPE',
  },
  TOO_LARGE: {
    ...{ title: 'documents.failure.TOO_LARGE', reason: 'fileFailure.TOO_LARGE' },
    remedy: 'fileFailure.helps.TOO_LARGE',
  },
  ENCRYPTED: { title: 'documents.failure.ENCRYPTED', reason: 'fileFailure.ENCRYPTED' },
  INFECTED: {
    ...{ title: 'documents.failure.INFECTED', reason: 'fileFailure.INFECTED' },
    remedy: 'fileFailure.helps.INFECTED',
  },
  DAMAGED: {
    ...{ title: 'documents.failure.DAMAGED', reason: 'fileFailure.DAMAGED' },
    remedy: 'fileFailure.helps.DAMAGED',
  },
};

/**
 * The server writes English, and names what the code does not: the type, the bound. So its sentence stands in an
 * English page, and for a code that is newer than this page.
 */
export const wordsOfFileFailure = ({ code, message }: FileFailure, t: Translate, language: string): string => {
  if (!(code in descriptions)) return message;
  const { reason, remedy } = descriptions[code];
  const isSaid = language === 'en' && message !== '';
  return [isSaid ? message : t(reason), ...(remedy ? [t(remedy)] : [])].join(' ');
};

/** In two or three words. */
export const titleOfFileFailure = (code: FileFailure['code'], t: Translate): string =>
  t(code in descriptions ? descriptions[code].title : 'documents.FAILED');
