/**
 * The one error class of the project. A code is chosen where the fault is understood and mapped to `extensions.code`
 * once, at the edge (kernel/subgraph-server/mask-error.ts, gateway). Anything that is not an AppError is masked there
 * and logged with its cause.
 */
import type { ErrorCode } from '#contracts/error-codes.ts';

export interface AppErrorOptions {
  /** The underlying fault. Logged, never shown. */
  readonly cause?: unknown;
  /** Milliseconds after which a retry makes sense. */
  readonly retryAfterMs?: number | undefined;
  /** The argument that is at fault in a BAD_USER_INPUT. */
  readonly argument?: string;
  /** Further public fields of `extensions`, e.g. the categories of CONTENT_BLOCKED. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** A fault that can be shown to people: a code, and a sentence that says what to do. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;
  readonly argument: string | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
    this.argument = options.argument;
    this.details = options.details;
  }
}

/** What clients see of a fault that nobody foresaw; the log has the rest. */
export const unforeseen = 'Something went wrong on our side. Try again; if it stays, tell the operator the requestId.';

/** The public `extensions` of an AppError: `{ code, retryAfterMs?, argument?, ...details }`. */
export const errorExtensions = (error: AppError): Record<string, unknown> => ({
  ...error.details,
  code: error.code,
  ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  ...(error.argument === undefined ? {} : { argument: error.argument }),
});
