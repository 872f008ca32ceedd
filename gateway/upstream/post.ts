/** One POST on a pool, read to its last byte or ended at its deadline, whichever comes first. */
import type { HttpResponse } from './http-response.ts';
import type { SubgraphPool } from './subgraph-pools.ts';

export interface PostRequest {
  /** Request line and headers, each with its line end; without content-length. */
  readonly head: string;
  readonly body: string;
  readonly deadlineMs: number;
}

export interface Post {
  /** Rejects with the connection's fault, with `DeadlineExceeded`, or with the reason of the abort. */
  readonly response: Promise<HttpResponse>;
  abort(reason: Error): void;
}

export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

export const post = (pool: SubgraphPool, { head, body, deadlineMs }: PostRequest): Post => {
  const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
  const bytes = Buffer.byteLength(body);
  let isSettled = false;
  const abort = (reason: Error): void => {
    if (!isSettled) breakOff(reason);
  };
  const timer = setTimeout(() => abort(new DeadlineExceeded(`no response in ${deadlineMs} ms`)), deadlineMs);
  const settle = (): void => {
    isSettled = true;
    clearTimeout(timer);
  };
  const breakOff = pool.send({
    text: `${head}content-length: ${bytes}\r\n\r\n${body}`,
    // Equal numbers of bytes and characters mean ASCII, which is written without conversion.
    encoding: bytes === body.length ? 'latin1' : 'utf8',
    onResponse(response) {
      settle();
      resolve(response);
    },
    onFailure(fault) {
      settle();
      reject(fault);
    },
  });
  return { response: promise, abort };
};
