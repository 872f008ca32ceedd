/**
 * Stands in front of an S3 server that looks at no signature, and looks at those of signed URLs as S3 does: recomputes
 * each from the secret (Signature Version 4), holds it to its time, and a body to its length and digest. What passes is
 * carried on.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { S3 } from './s3.ts';

export interface VerifyingS3 extends AsyncDisposable {
  /** As clients of the API reach it. */
  readonly origin: string;
  /** Milliseconds by which its clock goes ahead. */
  aheadMs: number;
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (content: string | Buffer) => createHash('sha256').update(content);

/** As the standard encodes: everything but letters, digits and `-_.~`. */
const encode = (text: string): string =>
  encodeURIComponent(text).replaceAll(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

/** The signature that these terms have, under the secret. */
const signatureOf = (secret: string, request: IncomingMessage, url: URL): Buffer => {
  const query = [...url.searchParams].filter(([name]) => name !== 'X-Amz-Signature');
  const sorted = query.map(([name, value]) => `${encode(name)}=${encode(value)}`).toSorted();
  const signed = (url.searchParams.get('X-Amz-SignedHeaders') ?? '').split(';');
  const headers = signed.map((name) => `${name}:${String(request.headers[name] ?? '').trim()}\n`);
  const canonical = [
    ...[request.method, url.pathname, sorted.join('&'), headers.join(''), signed.join(';')],
    url.searchParams.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
  const [, ...scope] = (url.searchParams.get('X-Amz-Credential') ?? '').split('/');
  const key = scope.reduce<string | Buffer>((made, part) => hmac(made, part), `AWS4${secret}`);
  const date = url.searchParams.get('X-Amz-Date') ?? '';
  return hmac(key, ['AWS4-HMAC-SHA256', date, scope.join('/'), sha256(canonical).digest('hex')].join('\n'));
};

const isSigned = (secret: string, request: IncomingMessage, url: URL): boolean => {
  const given = Buffer.from(url.searchParams.get('X-Amz-Signature') ?? '', 'hex');
  const expected = signatureOf(secret, request, url);
  return given.length === expected.length && timingSafeEqual(given, expected);
};

const isInTime = (url: URL, now: number): boolean => {
  const [, ...parts] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(url.searchParams.get('X-Amz-Date') ?? '') ?? [];
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map(Number);
  const signedAt = Date.UTC(year, month - 1, day, hour, minute, second);
  return now <= signedAt + Number(url.searchParams.get('X-Amz-Expires')) * 1000;
};

const respond = (response: ServerResponse, status: number, body: string | Buffer = ''): void => {
  response.writeHead(status, { connection: 'close' }).end(body);
};

export const startVerifyingS3 = async ({ url: storeUrl, credentials }: S3): Promise<VerifyingS3> => {
  const store = new URL(storeUrl).searchParams.get('endpoint') ?? '';
  const clock = { aheadMs: 0 };
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '', store);
    const body = await buffer(request);
    if (!isSigned(credentials.secretAccessKey, request, url)) return respond(response, 403, 'SignatureDoesNotMatch');
    if (!isInTime(url, Date.now() + clock.aheadMs)) return respond(response, 403, 'Request has expired');
    const digest = request.headers['x-amz-checksum-sha256'];
    if (digest !== undefined && digest !== sha256(body).digest('base64')) return respond(response, 400, 'BadDigest');
    if (request.headers['if-none-match'] === '*' && (await fetch(url, { method: 'HEAD' })).ok) {
      return respond(response, 412, 'PreconditionFailed');
    }
    const type = { 'content-type': request.headers['content-type'] ?? '' };
    const sent = request.method === 'PUT' ? { body: Uint8Array.from(body), headers: type } : {};
    const carried = await fetch(url, { method: request.method ?? 'GET', ...sent });
    respond(response, carried.status, Buffer.from(await carried.arrayBuffer()));
  };
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    origin: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    get aheadMs() {
      return clock.aheadMs;
    },
    set aheadMs(ahead) {
      clock.aheadMs = ahead;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
