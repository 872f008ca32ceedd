/**
 * The codes of all errors and failures that a client can see. Invariant: docs/errors.md lists exactly these, and a test
 * compares them.
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
  DECISION_NOT_AWAITED: 409,
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
  MODERATION_UNAVAILABLE: 503,
  MODEL_TIMEOUT: 504,
  MODEL_ERROR: 502,
  CONTEXT_TOO_LONG: 400,
  OUTPUT_INVALID: 502,
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
  'MODERATION_UNAVAILABLE',
  'MODEL_TIMEOUT',
  'MODEL_ERROR',
  'OUTPUT_INVALID',
  'WORKER_LOST',
]);

/** Whether a retry of the unchanged request can help. */
export const isRetryable = (code: ErrorCode): boolean => retryableCodes.has(code);

/**
 * Narrows text from outside (a subgraph's response, a stored row) to a known code; anything else becomes
 * INTERNAL_SERVER_ERROR.
 */
export const toErrorCode = (value: unknown): ErrorCode =>
  typeof value === 'string' && Object.hasOwn(errorCodes, value) ? (value as ErrorCode) : 'INTERNAL_SERVER_ERROR';
