/**
 * Serves the signed URLs of a directory: uploads (PUT) and downloads (GET, HEAD). Invariant: a key has either the
 * whole upload that was signed, with its length and its digest, or what it had before; a body is cut off at the signed
 * length, and a key that has bytes takes no others.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, mkdir, rm, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { readSignedPath, type SignedTerms } from './signed-path.ts';

type UploadTerms = Extract<SignedTerms, { readonly method: 'PUT' }>;
type DownloadTerms = Extract<SignedTerms, { readonly method: 'GET' }>;

/** A body that is not what was signed, with the status that says so. */
class UploadFault extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Milliseconds that an upload may pause. */
const stalledUploadMs = 30_000;

const respond = (response: ServerResponse, status: number, sentence: string): void => {
  response.writeHead(status, { 'content-type': 'text/plain', 'cache-control': 'no-store' }).end(`${sentence}\n`);
};

const hasCode = (fault: unknown, code: string): boolean =>
  fault instanceof Error && 'code' in fault && fault.code === code;

/** Passes the body on while it is within its length, and checks length and digest at its end. */
const checkedBody = (request: IncomingMessage, { size, sha256 }: UploadTerms) =>
  async function* () {
    const digest = createHash('sha256');
    let received = 0;
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      const bytes: Buffer = chunk;
      received += bytes.length;
      if (received > size)
        throw new UploadFault(413, `The upload has more than the ${size} bytes that were announced.`);
      digest.update(bytes);
      yield bytes;
    }
    if (received < size) throw new UploadFault(400, `The upload ended after ${received} of ${size} bytes.`);
    if (digest.digest('hex') !== sha256)
      throw new UploadFault(422, 'The bytes do not have the SHA-256 that was announced.');
  };

const checkHeaders = (request: IncomingMessage, { size, type }: UploadTerms): void => {
  const { 'content-length': length, 'content-type': given } = request.headers;
  if (length !== undefined && Number(length) !== size) {
    throw new UploadFault(400, `The upload has to have exactly ${size} bytes.`);
  }
  if (given !== type) throw new UploadFault(400, `The header Content-Type has to be ${type}.`);
};

const receive = async (root: string, key: string, terms: UploadTerms, request: IncomingMessage): Promise<void> => {
  checkHeaders(request, terms);
  const target = join(root, key);
  const existing = await stat(target).catch(() => undefined);
  if (existing) throw new UploadFault(412, 'The upload was made already.');
  // No key begins with a dot.
  const uploads = join(root, '.uploads');
  await mkdir(uploads, { recursive: true });
  const temporary = join(uploads, randomUUID());
  request.setTimeout(stalledUploadMs, () => request.destroy());
  try {
    await pipeline(checkedBody(request, terms), createWriteStream(temporary, { flags: 'wx', flush: true }));
    await mkdir(dirname(target), { recursive: true });
    await link(temporary, target);
  } catch (fault) {
    throw hasCode(fault, 'EEXIST') ? new UploadFault(412, 'The upload was made already.') : fault;
  } finally {
    await rm(temporary, { force: true });
  }
};

const send = async (path: string, terms: DownloadTerms, request: IncomingMessage, response: ServerResponse) => {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) return respond(response, 404, 'The file is gone.');
  response.writeHead(200, {
    'content-type': terms.type,
    'content-length': found.size,
    'content-disposition': terms.disposition,
    'cache-control': 'private, no-store',
    // Pages of other origins may show pictures; the URL is the right to do so.
    'cross-origin-resource-policy': 'cross-origin',
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  // A client that leaves ends the response, which ends the reading.
  await pipeline(createReadStream(path), response).catch(() => response.destroy());
};

/** @param root the directory of the blobs */
export const createDirectoryRoute =
  (root: string, readSecret: () => Promise<Buffer>) =>
  async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url = '' } = request;
    const signed = readSignedPath(await readSecret(), method, url);
    if (!signed) {
      respond(response, 403, 'This address was not signed for this request, or its time is over.');
      return;
    }
    const { key, terms } = signed;
    if (terms.method === 'GET') return send(join(root, key), terms, request, response);
    try {
      await receive(root, key, terms, request);
      response.writeHead(201, { 'cache-control': 'no-store' }).end();
    } catch (fault) {
      if (request.destroyed && !request.complete) return;
      if (!(fault instanceof UploadFault)) throw fault;
      // The rest of the body is not read.
      response.setHeader('connection', 'close');
      respond(response, fault.status, fault.message);
    }
  };
