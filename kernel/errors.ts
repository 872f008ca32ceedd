/**
 * The one error class of the project. A code is chosen where the fault is understood and mapped to `extensions.code`
 * once, at the edge (kernel/subgraph-server/mask-error.ts, gateway). Anything that is not an AppError is masked there
 * and logged with its cause. Invariant: every code that a client can see is in `errorCodes`, and docs/errors.md lists
 * exactly these (a test compares them).
 */

/** Code -> HTTP status of a whole-request failure with this code. docs/errors.md has the sentence for people. */
export const errorCodes = {
  BAD_USER_INPUT: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  UNAUTHORIZED_FIELD_OR_TYPE: 403,
  NOT_FOUND: 404,
  CONVERSATION_BUSY: 409,
  IDEMPOTENCY_KEY_REUSED: 409,
  CONTENT_BLOCKED: 422,
  QUOTA_EXCEEDED: 429,
  RATE_LIMITED: 429,
  TOO_MANY_SUBSCRIPTIONS: 429,
  TOO_MANY_API_KEYS: 409,
  OPERATION_TOO_COMPLEX: 400,
  PAYLOAD_TOO_LARGE: 413,
  OVERLOADED: 503,
  MODEL_UNAVAILABLE: 503,
  SUBGRAPH_UNAVAILABLE: 503,
  SUBGRAPH_TIMEOUT: 504,
  SUBGRAPH_INVALID_RESPONSE: 502,
  SUBSCRIPTION_LOST: 503,
  MODEL_TIMEOUT: 504,
  MODEL_ERROR: 502,
  CONTEXT_TOO_LONG: 400,
  WORKER_LOST: 503,
  INTERNAL_SERVER_ERROR: 500,
} as const;

/** A literal for callers to switch on. Never switch on a message. */
export type ErrorCode = keyof typeof errorCodes;

/** Codes after which the same request may succeed later. */
const retryableCodes: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'CONVERSATION_BUSY',
  'QUOTA_EXCEEDED',
  'RATE_LIMITED',
  'OVERLOADED',
  'MODEL_UNAVAILABLE',
  'SUBGRAPH_UNAVAILABLE',
  'SUBGRAPH_TIMEOUT',
  'SUBSCRIPTION_LOST',
  'MODEL_TIMEOUT',
  'MODEL_ERROR',
  'WORKER_LOST',
]);

/** Whether a retry of the unchanged request can help. */
export const isRetryable = (code: ErrorCode): boolean => retryableCodes.has(code);

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

/** The public `extensions` of an AppError: `{ code, retryAfterMs?, argument?, ...details }`. */
export const errorExtensions = (error: AppError): Record<string, unknown> => ({
  ...error.details,
  code: error.code,
  ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  ...(error.argument === undefined ? {} : { argument: error.argument }),
});

/**
 * Narrows text from outside (a subgraph's response, a stored row) to a known code; anything else becomes
 * INTERNAL_SERVER_ERROR.
 */
export const toErrorCode = (value: unknown): ErrorCode =>
  typeof value === 'string' && Object.hasOwn(errorCodes, value) ? (value as ErrorCode) : 'INTERNAL_SERVER_ERROR';
