/**
 * One POST on a pool, read to its last byte or ended at its deadline, whichever is first. On undici's dispatch, because
 * its request API makes a stream for each answer, which costs more than the rest of a small fetch.
 */
import type { Dispatcher, Pool } from 'undici';

export interface PostRequest {
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: string;
  readonly deadlineMs: number;
}

export interface PostAnswer {
  readonly status: number;
  readonly text: string;
}

export interface Post {
  /** Rejects with what undici says, with `DeadlineExceeded`, or with what it was aborted with. */
  readonly answer: Promise<PostAnswer>;
  abort(reason: Error): void;
}

export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

const textOf = (chunks: readonly Buffer[]): string => {
  const [only, ...others] = chunks;
  if (!only) return '';
  return (others.length === 0 ? only : Buffer.concat(chunks)).toString('utf8');
};

export const post = (pool: Pool, { path, headers, body, deadlineMs }: PostRequest): Post => {
  const { promise, resolve, reject } = Promise.withResolvers<PostAnswer>();
  const chunks: Buffer[] = [];
  let controller: Dispatcher.DispatchController | undefined;
  let ended: Error | undefined;
  let status = 0;
  const abort = (reason: Error): void => {
    clearTimeout(timer);
    ended ??= reason;
    reject(ended);
    controller?.abort(ended);
  };
  const timer = setTimeout(() => abort(new DeadlineExceeded(`no answer in ${deadlineMs} ms`)), deadlineMs);
  pool.dispatch(
    { path, method: 'POST', headers, body, headersTimeout: 0, bodyTimeout: 0 },
    {
      onRequestStart(started) {
        controller = started;
        // It waited for a connection until after its end.
        if (ended) started.abort(ended);
      },
      onResponseStart(_, statusCode) {
        status = statusCode;
      },
      onResponseData(_, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        clearTimeout(timer);
        resolve({ status, text: textOf(chunks) });
      },
      onResponseError(_, fault) {
        clearTimeout(timer);
        reject(fault);
      },
    },
  );
  return { answer: promise, abort };
};
