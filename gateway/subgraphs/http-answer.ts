/**
 * Reads answers of HTTP/1.1 from the bytes of one connection, one answer after another (RFC 9112). Strict: what two
 * readers could understand in two ways is a fault, after which the connection is of no use.
 */

export interface HttpAnswer {
  readonly status: number;
  /** Decoded as UTF-8. */
  readonly text: string;
  /** Milliseconds for which the connection may be kept for a next request; 0: not at all. */
  readonly keepAliveMs: number;
}

export interface HttpAnswerReader {
  /** The answer, once these are its last bytes. Copies what it keeps. Throws HttpAnswerFault or AnswerTooLarge. */
  read(bytes: Buffer): HttpAnswer | undefined;
  /** The connection ended: the answer, when that is its end. */
  end(): HttpAnswer | undefined;
}

export class HttpAnswerFault extends Error {
  override readonly name = 'HttpAnswerFault';
}

export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge';
}

/** Bytes of status line and headers, and of a chunk's size line. */
const longestHead = 16 * 1024;
const longestSizeLine = 1024;
/** Where an answer does not say how long its connection is kept. */
const defaultKeepAliveMs = 60_000;
/** Less than the server says: a request must not arrive when it gives up waiting. */
const keepAliveMarginMs = 1000;

const endOfHead = Buffer.from('\r\n\r\n');
const endOfLine = Buffer.from('\r\n');
const nothing = Buffer.alloc(0);

interface Head {
  readonly status: number;
  /** Bytes of the body, unless it is in chunks or ends with the connection. */
  readonly length: number | 'chunked' | 'until the end';
  readonly keepAliveMs: number;
}

const lengthOf = (value: string, before: Head['length'] | undefined): number => {
  if (!/^\d{1,15}$/.test(value)) throw new HttpAnswerFault('a content-length that is no number');
  const length = Number(value);
  if (before !== undefined && before !== length) throw new HttpAnswerFault('an answer of two lengths');
  return length;
};

const parseHead = (text: string): Head => {
  const lines = text.split('\r\n');
  const [, minor, code = ''] = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(lines[0] ?? '') ?? [];
  if (minor === undefined) throw new HttpAnswerFault('an answer that is not of HTTP/1.1');
  const status = Number(code);
  let length: Head['length'] | undefined;
  let keepAliveMs = minor === '1' ? defaultKeepAliveMs : 0;
  for (let index = 1; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (/[\r\n\0]/.test(line)) throw new HttpAnswerFault('a line end or a NUL within a header line');
    if (colon < 1 || /\s/.test(name)) throw new HttpAnswerFault('a header line without a name');
    if (name === 'content-length') length = lengthOf(line.slice(colon + 1).trim(), length);
    else if (name === 'transfer-encoding') {
      if (
        length !== undefined ||
        line
          .slice(colon + 1)
          .trim()
          .toLowerCase() !== 'chunked'
      ) {
        throw new HttpAnswerFault('an answer whose end cannot be known');
      }
      length = 'chunked';
    } else if (name === 'connection' && /\bclose\b/i.test(line)) keepAliveMs = 0;
    else if (name === 'keep-alive' && keepAliveMs > 0) {
      const seconds = /\btimeout=(\d{1,6})/i.exec(line)?.[1];
      if (seconds !== undefined) {
        keepAliveMs = Math.max(0, Math.min(keepAliveMs, Number(seconds) * 1000 - keepAliveMarginMs));
      }
    }
  }
  if (status === 204 || status === 304) length = 0;
  return length === undefined ? { status, length: 'until the end', keepAliveMs: 0 } : { status, length, keepAliveMs };
};

/** @param maxBytes of a body. */
export const createHttpAnswerReader = (maxBytes: number): HttpAnswerReader => {
  let head: Head | undefined;
  /** What came and is not understood yet: a part of the head, of a chunk's size line, or of the last lines. */
  let pending = nothing;
  let pieces: Buffer[] = [];
  let length = 0;
  /** Bytes that the chunk still has, its line end included; undefined between chunks, 0 after the last one. */
  let chunk: number | undefined;

  const keep = (bytes: Buffer): void => {
    length += bytes.length;
    if (length > maxBytes) throw new AnswerTooLarge(`an answer of more than ${maxBytes} bytes`);
    pieces.push(bytes);
  };
  const finish = ({ status, keepAliveMs }: Head, body: Buffer): HttpAnswer => {
    head = undefined;
    pending = nothing;
    pieces = [];
    length = 0;
    chunk = undefined;
    return { status, text: body.toString('utf8'), keepAliveMs };
  };

  const readLength = (known: Head, wanted: number, bytes: Buffer): HttpAnswer | undefined => {
    if (wanted > maxBytes) throw new AnswerTooLarge(`an answer of ${wanted} bytes`);
    if (length + bytes.length > wanted) throw new HttpAnswerFault('more bytes than were announced');
    if (bytes.length === wanted) return finish(known, bytes);
    keep(Buffer.from(bytes));
    return length === wanted ? finish(known, Buffer.concat(pieces)) : undefined;
  };

  /** The size of the chunk that begins, as a chunk with its line end; undefined when its line is not there as a whole. */
  const sizeLine = (bytes: Buffer): { readonly size: number; readonly rest: Buffer } | undefined => {
    const at = bytes.indexOf(endOfLine);
    if (at > longestSizeLine || (at === -1 && bytes.length > longestSizeLine)) {
      throw new HttpAnswerFault('a chunk with too long a size');
    }
    if (at === -1) return undefined;
    const size = /^([\da-f]{1,8})[\t ]*(?:;|$)/i.exec(bytes.toString('latin1', 0, at))?.[1];
    if (size === undefined) throw new HttpAnswerFault('a chunk without a size');
    return { size: Number.parseInt(size, 16), rest: bytes.subarray(at + 2) };
  };

  const readChunks = (known: Head, came: Buffer): HttpAnswer | undefined => {
    let bytes = pending.length === 0 ? came : Buffer.concat([pending, came]);
    pending = nothing;
    for (;;) {
      if (chunk === undefined) {
        const line = sizeLine(bytes);
        if (!line) break;
        bytes = line.rest;
        chunk = line.size === 0 ? 0 : line.size + 2;
      }
      if (chunk === 0) {
        // Trailers tell nothing that is needed; an empty line ends them.
        const at = bytes.indexOf(endOfLine) === 0 ? -2 : bytes.indexOf(endOfHead);
        if (at === -1 && bytes.length > longestHead) throw new HttpAnswerFault('too long trailers');
        if (at === -1) break;
        if (at + 4 !== bytes.length) throw new HttpAnswerFault('bytes after the last chunk');
        return finish(known, Buffer.concat(pieces));
      }
      const data = bytes.subarray(0, Math.max(0, Math.min(bytes.length, chunk - 2)));
      if (data.length > 0) keep(Buffer.from(data));
      const end = bytes.subarray(data.length, chunk);
      if (!endOfLine.subarray(2 - (chunk - data.length), 2 - (chunk - data.length) + end.length).equals(end)) {
        throw new HttpAnswerFault('a chunk longer than its size');
      }
      chunk -= data.length + end.length;
      bytes = bytes.subarray(data.length + end.length);
      if (chunk > 0) break;
      chunk = undefined;
    }
    pending = Buffer.from(bytes);
    return undefined;
  };

  const readBody = (known: Head, bytes: Buffer): HttpAnswer | undefined => {
    if (known.length === 'chunked') return readChunks(known, bytes);
    if (known.length === 'until the end') {
      keep(Buffer.from(bytes));
      return undefined;
    }
    return readLength(known, known.length, bytes);
  };

  const readHead = (came: Buffer): HttpAnswer | undefined => {
    const bytes = pending.length === 0 ? came : Buffer.concat([pending, came]);
    const at = bytes.indexOf(endOfHead);
    if (at > longestHead || (at === -1 && bytes.length > longestHead)) throw new HttpAnswerFault('too long a head');
    if (at === -1) {
      pending = Buffer.from(bytes);
      return undefined;
    }
    const parsed = parseHead(bytes.toString('latin1', 0, at));
    const rest = bytes.subarray(at + 4);
    pending = nothing;
    // What is told before the answer: the answer follows.
    if (parsed.status < 200 && parsed.status !== 101) return rest.length === 0 ? undefined : readHead(rest);
    if (parsed.status === 101) throw new HttpAnswerFault('another protocol, which nobody asked for');
    head = parsed;
    return readBody(parsed, rest);
  };

  return {
    read: (bytes) => (head ? readBody(head, bytes) : readHead(bytes)),
    end: () => (head?.length === 'until the end' ? finish(head, Buffer.concat(pieces)) : undefined),
  };
};
