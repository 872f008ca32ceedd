/** One POST on a pool, read to its last byte or ended at its deadline, whichever is first. */
import type { HttpAnswer } from './http-answer.ts';
import type { SubgraphPool } from './subgraph-pools.ts';

export interface PostRequest {
  /** Request line and headers, each with its line end; without content-length. */
  readonly head: string;
  readonly body: string;
  readonly deadlineMs: number;
}

export interface Post {
  /** Rejects with what the connection says, with `DeadlineExceeded`, or with what it was aborted with. */
  readonly answer: Promise<HttpAnswer>;
  abort(reason: Error): void;
}

export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

export const post = (pool: SubgraphPool, { head, body, deadlineMs }: PostRequest): Post => {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const bytes = Buffer.byteLength(body);
  let isSettled = false;
  const abort = (reason: Error): void => {
    if (!isSettled) breakOff(reason);
  };
  const timer = setTimeout(() => abort(new DeadlineExceeded(`no answer in ${deadlineMs} ms`)), deadlineMs);
  const settle = (): void => {
    isSettled = true;
    clearTimeout(timer);
  };
  const breakOff = pool.send({
    text: `${head}content-length: ${bytes}\r\n\r\n${body}`,
    // As many bytes as characters is ASCII, which is written without being converted.
    encoding: bytes === body.length ? 'latin1' : 'utf8',
    answered(answer) {
      settle();
      resolve(answer);
    },
    failed(fault) {
      settle();
      reject(fault);
    },
  });
  return { answer: promise, abort };
};
