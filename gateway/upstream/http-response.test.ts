import { describe, expect, test } from 'vitest';
import { createHttpResponseReader, type HttpResponse, HttpResponseFault, ResponseTooLarge } from './http-response.ts';

const maxBytes = 1000;

/** Reads a response that arrives in pieces of the given size, each in a buffer that is overwritten afterwards. */
const readIn = (size: number, text: string, reader = createHttpResponseReader(maxBytes)): HttpResponse | undefined => {
  const all = Buffer.from(text);
  const shared = Buffer.alloc(all.length);
  for (let at = 0; at < all.length; at += size) {
    const piece = all.subarray(at, at + size);
    piece.copy(shared);
    const response = reader.read(shared.subarray(0, piece.length));
    shared.fill('x');
    if (response) {
      expect(at + size).toBeGreaterThanOrEqual(all.length);
      return response;
    }
  }
  return reader.end();
};

describe('reads a response in whatever pieces it arrives', () => {
  test.each([
    ['of a length', 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n{"ä"}', '{"ä"}', 60_000],
    ['without a reason', 'HTTP/1.1 503 \r\ncontent-length:0\r\n\r\n', '', 60_000],
    [
      'in chunks',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n3;x=y\r\n{"a\r\nA\r\n":"\r\n123"}\r\n0\r\n\r\n',
      '{"a":"\r\n123"}',
      60_000,
    ],
    [
      'in chunks with trailers',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\na: b\r\nc: d\r\n\r\n',
      '{}',
      60_000,
    ],
    ['up to the end of the connection', 'HTTP/1.1 200 OK\r\n\r\n{"a":1}', '{"a":1}', 0],
    [
      'after an informational response',
      'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}',
      '{}',
      60_000,
    ],
    ['with no body by its status', 'HTTP/1.1 204 No Content\r\n\r\n', '', 60_000],
    ['that ends its connection', 'HTTP/1.1 200 OK\r\nconnection: Close\r\ncontent-length: 2\r\n\r\n{}', '{}', 0],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\n{}', '{}', 0],
    [
      'whose server closes idle connections soon',
      'HTTP/1.1 200 OK\r\nkeep-alive: timeout=5, max=9\r\ncontent-length: 2\r\n\r\n{}',
      '{}',
      4000,
    ],
  ])('%s', (_, text, body, keepAliveMs) => {
    for (let size = 1; size <= Buffer.byteLength(text); size += 1) {
      expect(readIn(size, text)).toMatchObject({ text: body, keepAliveMs, status: expect.any(Number) });
    }
  });
});

test('reads one response after another', () => {
  const reader = createHttpResponseReader(maxBytes);
  for (const body of ['{}', '{"a":1}', '[]']) {
    const chunked = `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    expect(readIn(7, chunked, reader)?.text).toBe(body);
    expect(readIn(7, `HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n${body}`, reader)?.text).toBe(body);
  }
});

test('finds no end in a response that is cut', () => {
  for (const text of [
    '',
    'HTTP/1.1 200 OK\r\ncontent-',
    'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n{}',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n',
  ]) {
    for (const size of [1, 1000]) expect(readIn(size, text)).toBeUndefined();
  }
});

describe('refuses', () => {
  const ok = 'HTTP/1.1 200 OK\r\n';
  test.each([
    ['another protocol', 'SSH-2.0-x\r\n\r\n'],
    ['a switch of protocols', 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['a header without a name', `${ok}: 1\r\n\r\n`],
    ['a header on two lines', `${ok}a: 1\r\n b: 2\r\n\r\n`],
    ['a bare line feed, which may be taken for a line end', `${ok}a: 1\ncontent-length: 2\r\n\r\n{}`],
    ['a blank in a name', `${ok}content-length : 2\r\n\r\n{}`],
    ['a length that is no number', `${ok}content-length: +2\r\n\r\n{}`],
    ['two lengths', `${ok}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`],
    ['a length and chunks', `${ok}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['chunks and a length', `${ok}transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n0\r\n\r\n`],
    ['another coding', `${ok}transfer-encoding: gzip\r\n\r\n`],
    ['a chunk without a size', `${ok}transfer-encoding: chunked\r\n\r\nx\r\n`],
    ['a chunk longer than its size', `${ok}transfer-encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n`],
    ['more than was announced', `${ok}content-length: 2\r\n\r\n{}{`],
    ['more than the last chunk', `${ok}transfer-encoding: chunked\r\n\r\n0\r\n\r\nHTTP`],
    ['a head without end', `${ok}${'a: b\r\n'.repeat(4000)}`],
    ['a size without end', `${ok}transfer-encoding: chunked\r\n\r\n1;${'x'.repeat(4000)}`],
  ])('%s', (_, text) => {
    expect(() => readIn(text.length, text)).toThrow(HttpResponseFault);
  });

  test.each([
    ['announced', `${ok}content-length: 1001\r\n\r\n`],
    ['in chunks', `${ok}transfer-encoding: chunked\r\n\r\n3e9\r\n${'x'.repeat(1001)}`],
    ['up to the end', `${ok}\r\n${'x'.repeat(1001)}`],
  ])('what is too large, %s', (_, text) => {
    expect(() => readIn(500, text)).toThrow(ResponseTooLarge);
  });
});
