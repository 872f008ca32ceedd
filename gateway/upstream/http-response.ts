/**
 * Reads HTTP/1.1 responses from the bytes of one connection, one after another (RFC 9112). It is strict: anything that
 * two readers could interpret differently is a fault, after which the connection is unusable.
 */

export interface HttpResponse {
  readonly status: number;
  /** Decoded as UTF-8. */
  readonly text: string;
  /** Milliseconds for which the connection may be kept for the next request; 0 when it must not be reused. */
  readonly keepAliveMs: number;
}

export interface HttpResponseReader {
  /**
   * The response, once these are its last bytes. Copies what it keeps. Throws HttpResponseFault or ResponseTooLarge.
   */
  read(bytes: Buffer): HttpResponse | undefined;
  /** The connection ended. Returns the response when that is its end. */
  end(): HttpResponse | undefined;
}

export class HttpResponseFault extends Error {
  override readonly name = 'HttpResponseFault';
}

export class ResponseTooLarge extends Error {
  override readonly name = 'ResponseTooLarge';
}

/** Bytes of status line and headers, and of a chunk's size line. */
const longestHead = 16 * 1024;
const longestSizeLine = 1024;
/** Used when a response does not specify how long its connection is kept. */
const defaultKeepAliveMs = 60_000;
/** Subtracted from the server's timeout, so that no request arrives just as the server closes the connection. */
const keepAliveMarginMs = 1000;

const endOfHead = Buffer.from('\r\n\r\n');
const endOfLine = Buffer.from('\r\n');
const nothing = Buffer.alloc(0);

interface Head {
  readonly status: number;
  /** Bytes of the body, unless it is chunked or ends with the connection. */
  readonly length: number | 'chunked' | 'until the end';
  readonly keepAliveMs: number;
}

const lengthOf = (value: string, before: Head['length'] | undefined): number => {
  if (!/^\d{1,15}$/.test(value)) throw new HttpResponseFault('a content-length that is no number');
  const length = Number(value);
  if (before !== undefined && before !== length) throw new HttpResponseFault('a response with two lengths');
  return length;
};

const parseHead = (text: string): Head => {
  const lines = text.split('\r\n');
  const [, minor, code = ''] = /^HTTP\/1\.([01]) (\d{3})(?: |$)/.exec(lines[0] ?? '') ?? [];
  if (minor === undefined) throw new HttpResponseFault('a response that is not HTTP/1.1');
  const status = Number(code);
  let length: Head['length'] | undefined;
  let keepAliveMs = minor === '1' ? defaultKeepAliveMs : 0;
  for (let index = 1; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (/[\r\n\0]/.test(line)) throw new HttpResponseFault('a line end or a NUL within a header line');
    if (colon < 1 || /\s/.test(name)) throw new HttpResponseFault('a header line without a name');
    if (name === 'content-length') length = lengthOf(line.slice(colon + 1).trim(), length);
    else if (name === 'transfer-encoding') {
      if (
        length !== undefined ||
        line
          .slice(colon + 1)
          .trim()
          .toLowerCase() !== 'chunked'
      ) {
        throw new HttpResponseFault('a response whose end cannot be determined');
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

/** The size of the chunk that begins, and the bytes after its size line. Undefined until that line is complete. */
const sizeLine = (bytes: Buffer): { readonly size: number; readonly rest: Buffer } | undefined => {
  const at = bytes.indexOf(endOfLine);
  if (at > longestSizeLine || (at === -1 && bytes.length > longestSizeLine)) {
    throw new HttpResponseFault('a chunk with too long a size');
  }
  if (at === -1) return undefined;
  const size = /^([\da-f]{1,8})[\t ]*(?:;|$)/i.exec(bytes.toString('latin1', 0, at))?.[1];
  if (size === undefined) throw new HttpResponseFault('a chunk without a size');
  return { size: Number.parseInt(size, 16), rest: bytes.subarray(at + 2) };
};

/** Whether the bytes end the trailers, which hold nothing that is needed: an empty line ends them. */
const endsTrailers = (bytes: Buffer): boolean => {
  const at = bytes.indexOf(endOfLine) === 0 ? -2 : bytes.indexOf(endOfHead);
  if (at === -1 && bytes.length > longestHead) throw new HttpResponseFault('too long trailers');
  if (at !== -1 && at + 4 !== bytes.length) throw new HttpResponseFault('bytes after the last chunk');
  return at !== -1;
};

/** Checks the line end after a chunk, or the part of it that has arrived. @param left bytes of it still expected. */
const checkLineEnd = (bytes: Buffer, left: number): void => {
  const from = endOfLine.length - left;
  if (!endOfLine.subarray(from, from + bytes.length).equals(bytes)) {
    throw new HttpResponseFault('a chunk longer than its size');
  }
};

/** Where the head ends; -1 when that has not arrived. */
const endOfHeadIn = (bytes: Buffer): number => {
  const at = bytes.indexOf(endOfHead);
  if (at > longestHead || (at === -1 && bytes.length > longestHead)) throw new HttpResponseFault('too long a head');
  return at;
};

/** @param maxBytes limit of a body. */
export const createHttpResponseReader = (maxBytes: number): HttpResponseReader => {
  let head: Head | undefined;
  /** Bytes that arrived and are not parsed yet: a part of the head, of a chunk's size line, or of the trailers. */
  let pending = nothing;
  let pieces: Buffer[] = [];
  let length = 0;
  /** Bytes left of the chunk, including its line end; undefined between chunks, 0 after the last one. */
  let chunk: number | undefined;

  const keep = (bytes: Buffer): void => {
    length += bytes.length;
    if (length > maxBytes) throw new ResponseTooLarge(`a response of more than ${maxBytes} bytes`);
    pieces.push(bytes);
  };
  const finish = ({ status, keepAliveMs }: Head, body: Buffer): HttpResponse => {
    head = undefined;
    pending = nothing;
    pieces = [];
    length = 0;
    chunk = undefined;
    return { status, text: body.toString('utf8'), keepAliveMs };
  };

  const readLength = (known: Head, wanted: number, bytes: Buffer): HttpResponse | undefined => {
    if (wanted > maxBytes) throw new ResponseTooLarge(`a response of ${wanted} bytes`);
    if (length + bytes.length > wanted) throw new HttpResponseFault('more bytes than were announced');
    if (bytes.length === wanted) return finish(known, bytes);
    keep(Buffer.from(bytes));
    return length === wanted ? finish(known, Buffer.concat(pieces)) : undefined;
  };

  const readChunks = (known: Head, came: Buffer): HttpResponse | undefined => {
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
        if (!endsTrailers(bytes)) break;
        return finish(known, Buffer.concat(pieces));
      }
      const data = bytes.subarray(0, Math.max(0, Math.min(bytes.length, chunk - 2)));
      if (data.length > 0) keep(Buffer.from(data));
      const end = bytes.subarray(data.length, chunk);
      checkLineEnd(end, chunk - data.length);
      chunk -= data.length + end.length;
      bytes = bytes.subarray(data.length + end.length);
      if (chunk > 0) break;
      chunk = undefined;
    }
    pending = Buffer.from(bytes);
    return undefined;
  };

  const readBody = (known: Head, bytes: Buffer): HttpResponse | undefined => {
    if (known.length === 'chunked') return readChunks(known, bytes);
    if (known.length === 'until the end') {
      keep(Buffer.from(bytes));
      return undefined;
    }
    return readLength(known, known.length, bytes);
  };

  const readHead = (came: Buffer): HttpResponse | undefined => {
    const bytes = pending.length === 0 ? came : Buffer.concat([pending, came]);
    const at = endOfHeadIn(bytes);
    if (at === -1) {
      pending = Buffer.from(bytes);
      return undefined;
    }
    const parsed = parseHead(bytes.toString('latin1', 0, at));
    const rest = bytes.subarray(at + 4);
    pending = nothing;
    // An informational response: the final response follows.
    if (parsed.status < 200 && parsed.status !== 101) return rest.length === 0 ? undefined : readHead(rest);
    if (parsed.status === 101) throw new HttpResponseFault('an unexpected switch of protocols');
    head = parsed;
    return readBody(parsed, rest);
  };

  return {
    read: (bytes) => (head ? readBody(head, bytes) : readHead(bytes)),
    end: () => (head?.length === 'until the end' ? finish(head, Buffer.concat(pieces)) : undefined),
  };
};
