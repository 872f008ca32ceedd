/**
 * The errors of the SDK: one union, distinguished by `code`. Codes of the server mean what docs/errors.md says. The
 * client's own are NETWORK_ERROR, for a server that cannot be reached, and FILE_UNREADABLE, for a file that is to be
 * uploaded and has changed or is gone. Everything that the SDK throws is one of these.
 */

/** Code -> whether the same request can succeed later. A code that is missing here belongs to a newer server. */
export const serverCodes = {
  BAD_USER_INPUT: false,
  UNAUTHENTICATED: false,
  FORBIDDEN: false,
  UNAUTHORIZED_FIELD_OR_TYPE: false,
  NOT_FOUND: false,
  CONVERSATION_BUSY: true,
  IDEMPOTENCY_KEY_REUSED: false,
  DECISION_NOT_AWAITED: false,
  CONTENT_BLOCKED: false,
  QUOTA_EXCEEDED: true,
  RATE_LIMITED: true,
  TOO_MANY_SUBSCRIPTIONS: false,
  TOO_MANY_API_KEYS: false,
  OPERATION_TOO_COMPLEX: false,
  PAYLOAD_TOO_LARGE: false,
  OVERLOADED: true,
  MODEL_UNAVAILABLE: true,
  SUBGRAPH_UNAVAILABLE: true,
  SUBGRAPH_TIMEOUT: true,
  SUBGRAPH_INVALID_RESPONSE: false,
  SUBSCRIPTION_LOST: true,
  MODERATION_UNAVAILABLE: true,
  MODEL_TIMEOUT: true,
  MODEL_ERROR: true,
  CONTEXT_TOO_LONG: false,
  OUTPUT_INVALID: true,
  WORKER_LOST: true,
  INTERNAL_SERVER_ERROR: false,
} as const;

export type ServerCode = keyof typeof serverCodes;

interface Fault<Code extends string> {
  readonly code: Code;
  /** A sentence for people. */
  readonly message: string;
  /** Whether an unchanged retry can help. */
  readonly retryable: boolean;
  /** Milliseconds to wait before a retry, where the server says so. */
  readonly retryAfterMs: number | undefined;
}

type DetailedCode =
  | 'BAD_USER_INPUT'
  | 'CONTENT_BLOCKED'
  | 'QUOTA_EXCEEDED'
  | 'TOO_MANY_SUBSCRIPTIONS'
  | 'TOO_MANY_API_KEYS';

export type ParlanceFault =
  | { [Code in Exclude<ServerCode, DetailedCode>]: Fault<Code> }[Exclude<ServerCode, DetailedCode>]
  | (Fault<'BAD_USER_INPUT'> & { readonly argument: string | undefined })
  | (Fault<'CONTENT_BLOCKED'> & { readonly categories: readonly string[] })
  | (Fault<'QUOTA_EXCEEDED'> & { readonly quota: string | undefined })
  | (Fault<'TOO_MANY_SUBSCRIPTIONS' | 'TOO_MANY_API_KEYS'> & { readonly limit: number | undefined })
  | Fault<'NETWORK_ERROR' | 'FILE_UNREADABLE'>
  | (Fault<'UNKNOWN'> & { readonly serverCode: string });

export type ParlanceError = Error & ParlanceFault;

const created = new WeakSet<object>();

const isCreated = (value: object): value is ParlanceError => created.has(value);

/** Whether a caught value is an error of the SDK. */
export const isParlanceError = (value: unknown): value is ParlanceError =>
  typeof value === 'object' && value !== null && isCreated(value);

const toError = (fault: ParlanceFault, cause?: unknown): ParlanceError => {
  const error = Object.assign(new Error(fault.message, cause === undefined ? {} : { cause }), fault);
  error.name = 'ParlanceError';
  created.add(error);
  return error;
};

const isServerCode = (code: unknown): code is ServerCode =>
  typeof code === 'string' && Object.hasOwn(serverCodes, code);

/** A GraphQL error as it arrived: over HTTP, in an error frame or in a result. */
export interface GivenError {
  readonly message: string;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

const textOr = <Otherwise>(value: unknown, otherwise: Otherwise): string | Otherwise =>
  typeof value === 'string' ? value : otherwise;

const faultOf = ({ message, extensions = {} }: GivenError): ParlanceFault => {
  const { code } = extensions;
  const retryAfterMs = typeof extensions['retryAfterMs'] === 'number' ? extensions['retryAfterMs'] : undefined;
  if (!isServerCode(code)) {
    return { code: 'UNKNOWN', serverCode: textOr(code, ''), message, retryable: false, retryAfterMs };
  }
  const base = { message, retryable: serverCodes[code], retryAfterMs };
  if (code === 'BAD_USER_INPUT') return { ...base, code, argument: textOr(extensions['argument'], undefined) };
  if (code === 'QUOTA_EXCEEDED') return { ...base, code, quota: textOr(extensions['quota'], undefined) };
  if (code === 'TOO_MANY_SUBSCRIPTIONS' || code === 'TOO_MANY_API_KEYS') {
    return { ...base, code, limit: typeof extensions['limit'] === 'number' ? extensions['limit'] : undefined };
  }
  if (code === 'CONTENT_BLOCKED') {
    const { categories } = extensions;
    return { ...base, code, categories: Array.isArray(categories) ? categories.map(String) : [] };
  }
  return { ...base, code };
};

export const serverError = (given: GivenError): ParlanceError => toError(faultOf(given));

/** Where a refusal of the sign-in has no error of GraphQL in it. */
export const signedOut: GivenError = { message: 'Sign in again.', extensions: { code: 'UNAUTHENTICATED' } };

export const networkError = (cause: unknown): ParlanceError =>
  toError(
    { code: 'NETWORK_ERROR', message: 'The server cannot be reached.', retryable: true, retryAfterMs: undefined },
    cause,
  );

export const fileUnreadable = (cause: unknown): ParlanceError =>
  toError(
    {
      code: 'FILE_UNREADABLE',
      message: 'The file has changed, or cannot be read any more. Choose it again.',
      retryable: false,
      retryAfterMs: undefined,
    },
    cause,
  );

/** The same union for a failure that arrives as data: why a reply failed. */
export const failureOf = (given: {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}): ParlanceFault => ({
  ...faultOf({ message: given.message, extensions: { code: given.code } }),
  retryable: given.retryable,
});
