/**
 * The header Content-Disposition (RFC 6266) for a name of any characters. Invariant: nothing in a name ends the header
 * or its quotes.
 */
import type { DownloadTerms } from './blobs.ts';

/** RFC 5987 leaves these of what encodeURIComponent does not encode. */
const encoded = (name: string): string =>
  encodeURIComponent(name.toWellFormed()).replaceAll(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

export const contentDisposition = ({
  disposition,
  fileName,
}: Pick<DownloadTerms, 'disposition' | 'fileName'>): string => {
  // For clients that know only the plain form.
  const plain = fileName.replaceAll(/[^\w .()-]/g, '_');
  return `${disposition}; filename="${plain}"; filename*=UTF-8''${encoded(fileName)}`;
};
