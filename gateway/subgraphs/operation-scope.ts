/**
 * What all fetches of one operation have in common: for whom they are, by when they must have ended, and that they end
 * when the client is gone.
 */
import { AppError } from '#kernel/errors.ts';
import type { SignIdentity } from '#kernel/identity.ts';
import { activeSpan } from '#kernel/telemetry/tracing.ts';
import type { OperationContext } from '../supergraph/operation-context.ts';

export interface OperationScope {
  /** Identity token; rejects with UNAUTHENTICATED when there is no user. The same for equal identities. */
  token(): Promise<string>;
  /** Headers that are passed on, each with its line end; those of the fetch that is being sent. */
  readonly headers: string;
  /** On the clock of `performance.now()`. */
  readonly endsAt: number;
  /** True once the client is gone: nothing is fetched any more. */
  readonly isAbandoned: boolean;
  /** Calls `abort` once when the client goes. */
  whenAbandoned(abort: () => void): void;
  /** Takes that back. */
  settled(abort: () => void): void;
}

export interface OperationScopeOptions {
  readonly context: OperationContext;
  readonly sign: SignIdentity;
  /** Milliseconds for all fetches of the operation together. */
  readonly deadlineMs: number;
}

/** @param headers came by HTTP themselves, so that no value holds a line end. */
const linesOf = (headers: readonly string[]): string => {
  let lines = '';
  for (let index = 0; index + 1 < headers.length; index += 2) lines += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return lines;
};

export const createOperationScope = ({ context, sign, deadlineMs }: OperationScopeOptions): OperationScope => {
  const { user, signal, forwardedHeaders = [] } = context;
  const running = new Set<() => void>();
  let token: Promise<string> | undefined;
  let abandoned = signal?.aborted ?? false;
  signal?.addEventListener(
    'abort',
    () => {
      abandoned = true;
      for (const abort of running) abort();
      running.clear();
    },
    { once: true },
  );
  return {
    async token() {
      if (!user) throw new AppError('UNAUTHENTICATED', 'This needs a token: send "Authorization: Bearer <token>".');
      token ??= sign(user.identity);
      return token;
    },
    get headers() {
      const { traceparent } = activeSpan();
      // The fetch is a part of our own span, and no longer of the client's.
      const headers =
        traceparent === undefined ? forwardedHeaders : ['traceparent', traceparent, ...forwardedHeaders.slice(2)];
      return linesOf(headers);
    },
    endsAt: performance.now() + deadlineMs,
    get isAbandoned() {
      return abandoned;
    },
    whenAbandoned: (abort) => running.add(abort),
    settled: (abort) => running.delete(abort),
  };
};
