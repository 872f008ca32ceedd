/** What all fetches of one operation share: the user, the deadline, and the client whose departure ends them. */
import { AppError } from '#kernel/errors.ts';
import type { SignIdentity } from '#kernel/identity.ts';
import { requestIdHeader } from '#kernel/request-id.ts';
import { activeSpan } from '#kernel/telemetry/tracing.ts';
import type { OperationContext } from '../authentication/operation-context.ts';

export interface OperationScope {
  /** Identity token, equal for equal identities. Rejects with UNAUTHENTICATED when there is no user. */
  token(): Promise<string>;
  /** Headers to forward with the current fetch, each with its line end. */
  readonly headers: string;
  /** On the clock of `performance.now()`. */
  readonly endsAt: number;
  /** True once the client is gone: nothing more is fetched. */
  readonly isAbandoned: boolean;
  /** Calls `abort` once when the client leaves. */
  whenAbandoned(abort: () => void): void;
  /** Removes a callback that `whenAbandoned` registered. */
  settled(abort: () => void): void;
}

export interface OperationScopeOptions {
  readonly context: OperationContext;
  readonly sign: SignIdentity;
  /** Milliseconds for all fetches of the operation together. */
  readonly deadlineMs: number;
}

/** @param headers arrived over HTTP themselves, so no value contains a line end. */
const linesOf = (headers: readonly string[]): string => {
  let lines = '';
  for (let index = 0; index + 1 < headers.length; index += 2) lines += `${headers[index]}: ${headers[index + 1]}\r\n`;
  return lines;
};

export const createOperationScope = ({ context, sign, deadlineMs }: OperationScopeOptions): OperationScope => {
  const { user, signal, requestId, forwardedHeaders = [] } = context;
  const requestLine = requestId === undefined ? '' : `${requestIdHeader}: ${requestId}\r\n`;
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
      // The fetch belongs to the gateway's own span, no longer to the client's.
      const headers =
        traceparent === undefined ? forwardedHeaders : ['traceparent', traceparent, ...forwardedHeaders.slice(2)];
      return requestLine + linesOf(headers);
    },
    endsAt: performance.now() + deadlineMs,
    get isAbandoned() {
      return abandoned;
    },
    whenAbandoned: (abort) => running.add(abort),
    settled: (abort) => running.delete(abort),
  };
};
