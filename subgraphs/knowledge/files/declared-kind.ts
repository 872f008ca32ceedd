/** The kind of a file by what its client says, until a worker has looked at its content. */
import type { FileKind } from '#contracts/files.ts';
import type { FileInput } from './file-input.ts';

const dataTypes = /^(application\/(json|zip|x-ndjson|xml)|text\/(csv|tab-separated-values|xml))$/;

export const declaredKind = ({ mediaType, purpose }: Pick<FileInput, 'mediaType' | 'purpose'>): FileKind => {
  if (purpose === 'IMPORT' || dataTypes.test(mediaType)) return 'DATA';
  if (mediaType.startsWith('image/')) return 'IMAGE';
  return mediaType.startsWith('text/') ? 'TEXT' : 'DOCUMENT';
};
