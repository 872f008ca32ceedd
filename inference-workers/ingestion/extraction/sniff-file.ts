/**
 * What a file is, by its content. The declared type and the extension decide only between kinds of text, which have no
 * signature.
 */
import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileTypeFromFile } from 'file-type';
import type { FileKind } from '#contracts/files.ts';
import { damaged, encrypted, unsupported } from './extraction-fault.ts';

export type Format =
  | 'pdf'
  | 'word'
  | 'sheets'
  | 'slides'
  | 'open-text'
  | 'open-sheets'
  | 'image'
  | 'html'
  | 'email'
  | 'delimited'
  | 'json'
  | 'markdown'
  | 'text';

export interface Sniffed {
  readonly format: Format;
  readonly mediaType: string;
  readonly kind: FileKind;
}

const office = 'application/vnd.openxmlformats-officedocument';
const openDocument = 'application/vnd.oasis.opendocument';

const bySignature: Readonly<Record<string, Omit<Sniffed, 'mediaType'>>> = {
  'application/pdf': { format: 'pdf', kind: 'DOCUMENT' },
  [`${office}.wordprocessingml.document`]: { format: 'word', kind: 'DOCUMENT' },
  [`${office}.spreadsheetml.sheet`]: { format: 'sheets', kind: 'DATA' },
  [`${office}.presentationml.presentation`]: { format: 'slides', kind: 'DOCUMENT' },
  [`${openDocument}.text`]: { format: 'open-text', kind: 'DOCUMENT' },
  [`${openDocument}.spreadsheet`]: { format: 'open-sheets', kind: 'DATA' },
  'image/png': { format: 'image', kind: 'IMAGE' },
  'image/jpeg': { format: 'image', kind: 'IMAGE' },
  'image/webp': { format: 'image', kind: 'IMAGE' },
  'image/gif': { format: 'image', kind: 'IMAGE' },
  'image/avif': { format: 'image', kind: 'IMAGE' },
  'image/tiff': { format: 'image', kind: 'IMAGE' },
};

/** Signatures that texts have too. */
const textualTypes: ReadonlySet<string> = new Set([
  'application/xml',
  'text/html',
  'text/vcard',
  'text/calendar',
  'text/vtt',
]);

const byExtension: Readonly<Record<string, Sniffed>> = {
  '.html': { format: 'html', mediaType: 'text/html', kind: 'DOCUMENT' },
  '.htm': { format: 'html', mediaType: 'text/html', kind: 'DOCUMENT' },
  '.eml': { format: 'email', mediaType: 'message/rfc822', kind: 'DOCUMENT' },
  '.csv': { format: 'delimited', mediaType: 'text/csv', kind: 'DATA' },
  '.tsv': { format: 'delimited', mediaType: 'text/tab-separated-values', kind: 'DATA' },
  '.json': { format: 'json', mediaType: 'application/json', kind: 'DATA' },
  '.md': { format: 'markdown', mediaType: 'text/markdown', kind: 'TEXT' },
  '.markdown': { format: 'markdown', mediaType: 'text/markdown', kind: 'TEXT' },
};
const byDeclaration = new Map(Object.values(byExtension).map((sniffed) => [sniffed.mediaType, sniffed]));

/** Compound files: old office formats, and new ones with a password. */
const compoundSignature = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const encryptedStream = Buffer.from('EncryptedPackage', 'utf16le');

const headBytes = 65_536;

const readHead = async (path: string): Promise<Buffer> => {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
  return buffer.subarray(0, bytesRead);
};

/** What a client says of the file. */
export interface Declared {
  readonly name: string;
  readonly declaredType: string;
}

const textFormat = ({ name, declaredType }: Declared, head: Buffer): Sniffed => {
  const named = byExtension[extname(name).toLowerCase()] ?? byDeclaration.get(declaredType);
  if (named) return named;
  const isHtml = /^\s*(<!doctype html|<html[\s>])/i.test(head.subarray(0, 1_000).toString('latin1'));
  return isHtml
    ? { format: 'html', mediaType: 'text/html', kind: 'DOCUMENT' }
    : { format: 'text', mediaType: 'text/plain', kind: 'TEXT' };
};

/** Throws UNSUPPORTED_TYPE, ENCRYPTED and DAMAGED. */
export const sniffFile = async (path: string, declared: Declared): Promise<Sniffed> => {
  const head = await readHead(path);
  if (head.subarray(0, compoundSignature.length).equals(compoundSignature)) {
    if (head.includes(encryptedStream)) throw encrypted();
    throw unsupported('Files of old office programs, such as .doc and .xls,');
  }
  const type = await fileTypeFromFile(path).catch((fault: unknown) => {
    throw damaged(fault);
  });
  if (!type || textualTypes.has(type.mime)) return textFormat(declared, head);
  const known = bySignature[type.mime];
  if (!known) throw unsupported(`Files of the type ${type.mime}`);
  return { ...known, mediaType: type.mime };
};
