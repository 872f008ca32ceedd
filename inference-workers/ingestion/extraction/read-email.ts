/**
 * An e-mail (RFC 5322): who wrote it to whom, when and about what, and its text. Of parts that say the same, the plain
 * one is read; of attached files, the name.
 */
import { decodeText } from './decode-text.ts';
import type { PageCollector } from './page-collector.ts';
import { readHtml } from './read-html.ts';

const maxDepth = 8;
const maxParts = 500;
const shownHeaders = ['from', 'to', 'cc', 'date', 'subject'] as const;

type Headers = ReadonlyMap<string, string>;

const quotedPrintable = (text: string): Buffer =>
  Buffer.from(
    text
      .replaceAll(/=\r?\n/g, '')
      .replaceAll(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );

const decodeAs = (bytes: Buffer, charset: string | undefined): string => {
  try {
    return new TextDecoder(charset ?? 'utf-8', { fatal: true }).decode(bytes);
  } catch {
    return decodeText(bytes);
  }
};

/** `=?utf-8?Q?...?=` (RFC 2047) */
const decodeWords = (text: string): string =>
  text.replaceAll(
    /=\?([\w-]{1,40})\?([bq])\?([^?]{0,2000})\?=(\s+(?==\?))?/gi,
    (_, charset: string, kind: string, word: string) =>
      decodeAs(
        kind.toLowerCase() === 'b' ? Buffer.from(word, 'base64') : quotedPrintable(word.replaceAll('_', ' ')),
        charset,
      ),
  );

/** The headers, and the rest. */
const split = (message: string): { readonly headers: Headers; readonly body: string } => {
  const end = /\r?\n\r?\n/.exec(message);
  const head = message.slice(0, end?.index ?? message.length);
  const lines = head.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const headers = new Map<string, string>();
  for (const line of lines.slice(0, 1_000)) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).trim().toLowerCase();
    if (colon > 0 && !headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
  }
  return { headers, body: end ? message.slice(end.index + end[0].length) : '' };
};

const parameter = (header: string, name: string): string | undefined =>
  new RegExp(`;\\s*${name}\\*?=(?:"([^"]*)"|([^;\\s]*))`, 'i').exec(header)?.slice(1).find(Boolean);

const bytesOf = (headers: Headers, body: string): Buffer => {
  const encoding = headers.get('content-transfer-encoding')?.toLowerCase();
  if (encoding === 'base64') return Buffer.from(body, 'base64');
  return encoding === 'quoted-printable' ? quotedPrintable(body) : Buffer.from(body, 'latin1');
};

interface Part {
  readonly type: string;
  readonly text: () => string;
  readonly attachment: string | undefined;
}

class EmailParts {
  #left = maxParts;

  /** The parts to read, in their order. */
  of(message: string, depth = 0): Part[] {
    this.#left -= 1;
    if (this.#left < 0 || depth > maxDepth) return [];
    const { headers, body } = split(message);
    const contentType = headers.get('content-type') ?? 'text/plain';
    const type = (contentType.split(';', 1)[0] ?? '').trim().toLowerCase();
    const boundary = type.startsWith('multipart/') ? parameter(contentType, 'boundary') : undefined;
    if (boundary === undefined) {
      const disposition = headers.get('content-disposition') ?? '';
      const name = parameter(disposition, 'filename') ?? parameter(contentType, 'name');
      const isAttached = /^attachment/i.test(disposition) || !type.startsWith('text/');
      const text = () => decodeAs(bytesOf(headers, body), parameter(contentType, 'charset'));
      return [{ type, text, attachment: isAttached ? decodeWords(name ?? type) : undefined }];
    }
    const inner = body.split(`--${boundary}`).slice(1, maxParts);
    const parts = inner.filter((part) => !part.startsWith('--')).map((part) => this.of(part.trimStart(), depth + 1));
    if (type !== 'multipart/alternative') return parts.flat();
    const plain = parts.find((alternative) => alternative.some((part) => part.type === 'text/plain'));
    return plain ?? parts.at(-1) ?? [];
  }
}

export const readEmail = (bytes: Buffer, collector: PageCollector): null => {
  const message = bytes.toString('latin1');
  const { headers } = split(message);
  const lines = shownHeaders.flatMap((name) => {
    const value = headers.get(name);
    // Headers without encoded words are UTF-8 where they are not ASCII.
    const text = value === undefined ? '' : decodeWords(decodeAs(Buffer.from(value, 'latin1'), 'utf-8'));
    return text === '' ? [] : [`${name[0]?.toUpperCase()}${name.slice(1)}: ${text}`];
  });
  collector.add({ page: null, text: lines.join('\n') });
  for (const part of new EmailParts().of(message)) {
    if (part.attachment !== undefined) collector.add({ page: null, text: `Attachment: ${part.attachment}` });
    else if (part.type === 'text/html') readHtml(part.text(), collector);
    else collector.add({ page: null, text: part.text() });
  }
  return null;
};
