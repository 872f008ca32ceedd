/**
 * The faults of models, as a code and a sentence for people. The provider's own words never reach a client: they stay
 * in the cause, for the log. Invariant: a fault that the request caused is never attributed to the provider, whose
 * circuit other tenants share. Refused credentials are the provider's side, because they are ours.
 */
import { APICallError, InvalidResponseDataError } from '@ai-sdk/provider';
import { z } from 'zod';
import { AppError, type ErrorCode } from '#kernel/errors.ts';
import type { FaultOrigin } from '#kernel/messages/events.ts';

const sentences = {
  MODEL_UNAVAILABLE: 'The model cannot be reached at the moment. Try again in a little while.',
  MODEL_TIMEOUT: 'The model did not respond in time. Try again in a little while.',
  MODEL_ERROR: 'The model could not reply to this message. Try again, or choose another model.',
  CONTEXT_TOO_LONG:
    'The message is too long for this model. Shorten it, or choose a model with a larger context window.',
} as const satisfies Partial<Record<ErrorCode, string>>;

export type ModelFaultCode = keyof typeof sentences;

interface FaultOptions {
  readonly cause?: unknown;
  readonly retryAfterMs?: number | undefined;
  /** Default: PROVIDER. */
  readonly origin?: FaultOrigin;
}

/** `tryAgain`: the same request to the same model may succeed within moments. `origin`: whose fault it is. */
export class ModelFault extends AppError {
  readonly tryAgain: boolean;
  readonly origin: FaultOrigin;

  constructor(code: ModelFaultCode, tryAgain: boolean, { origin = 'PROVIDER', ...options }: FaultOptions = {}) {
    super(code, sentences[code], options);
    this.tryAgain = tryAgain;
    this.origin = origin;
  }
}

/** From `retry-after-ms`, or from `Retry-After` in seconds or as a date. */
const retryAfterOf = (headers: Readonly<Record<string, string>> | undefined): number | undefined => {
  const milliseconds = Number(headers?.['retry-after-ms']);
  if (milliseconds >= 0) return milliseconds;
  const value = headers?.['retry-after'];
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (seconds >= 0) return seconds * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
};

/** How OpenAI, Anthropic, vLLM, llama.cpp and Ollama word that the prompt has too many tokens. */
const contextWords =
  /context.?length|context.?(window|size)|maximum context|prompt is too long|too many tokens|exceed_context/i;
/** How Anthropic, xAI and Google word a refusal of the operator's account under the status of a bad request. */
const accountWords = /api.?key|credit balance|insufficient.(quota|balance|credit)|billing/i;
/** How OpenRouter words a refusal of the content under the status of refused credentials. */
const moderationWords = /moderation|flagged|content.(filter|policy)/i;
/** Types and codes of errors inside a stream that count against the request. */
const requestWords = /invalid.?request|bad.?request|content.?(filter|policy)/i;
/** Types and codes of errors inside a stream of an overloaded provider. */
const overloadWords = /overloaded|rate.?limit/i;

/** Statuses that count against the request. */
const requestStatuses: ReadonlySet<number> = new Set([400, 413, 414, 415, 422, 431, 451]);

interface Refusal {
  /** The message of the provider. */
  readonly words: string;
  readonly retryAfterMs?: number | undefined;
  readonly cause: unknown;
}

/** For content that is refused or too long. */
const ofRequest = ({ words, cause }: Refusal): ModelFault =>
  new ModelFault(contextWords.test(words) ? 'CONTEXT_TOO_LONG' : 'MODEL_ERROR', false, { cause, origin: 'REQUEST' });

const ofStatus = (status: number, refusal: Refusal): ModelFault => {
  const { words, cause, retryAfterMs } = refusal;
  if (status === 408 || status === 409 || status === 429 || status >= 500) {
    return new ModelFault('MODEL_UNAVAILABLE', true, { cause, retryAfterMs });
  }
  if (requestStatuses.has(status) && !accountWords.test(words)) return ofRequest(refusal);
  if (status === 403 && moderationWords.test(words)) return ofRequest(refusal);
  // The operator has to fix a refused key or an unknown model; for people the model is unavailable.
  return new ModelFault('MODEL_UNAVAILABLE', false, { cause });
};

/** An error that a provider sends inside its stream, as OpenAI, Anthropic, vLLM and OpenRouter write it. */
const streamErrorSchema = z.object({
  code: z.union([z.number(), z.string()]).nullish(),
  status: z.number().nullish(),
  type: z.string().nullish(),
  message: z.string().nullish(),
});

/** Undefined where the cause is no such error. */
const ofStreamError = (cause: unknown): ModelFault | undefined => {
  const error = streamErrorSchema.safeParse(cause).data;
  if (error === undefined || cause instanceof Error) return undefined;
  const words = error.message ?? '';
  const status = [error.status, error.code].find((one) => typeof one === 'number' && one >= 400 && one < 600);
  if (typeof status === 'number') return ofStatus(status, { words, cause });
  const kind = `${error.type ?? ''} ${error.code ?? ''}`;
  if (requestWords.test(kind) && !accountWords.test(words)) return ofRequest({ words, cause });
  return new ModelFault(overloadWords.test(kind) ? 'MODEL_UNAVAILABLE' : 'MODEL_ERROR', overloadWords.test(kind), {
    cause,
  });
};

/** For anything that a provider threw or sent in its stream. A fault of the connection counts as unavailable. */
export const toModelFault = (cause: unknown): ModelFault => {
  if (cause instanceof ModelFault) return cause;
  if (APICallError.isInstance(cause)) {
    if (cause.statusCode === undefined || cause.statusCode < 300) {
      return new ModelFault('MODEL_UNAVAILABLE', true, { cause });
    }
    const retryAfterMs = retryAfterOf(cause.responseHeaders);
    return ofStatus(cause.statusCode, { words: cause.responseBody ?? '', retryAfterMs, cause });
  }
  // The stream ended before the provider reported the end.
  if (InvalidResponseDataError.isInstance(cause)) return new ModelFault('MODEL_UNAVAILABLE', true, { cause });
  const inStream = ofStreamError(cause);
  if (inStream !== undefined) return inStream;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const ofConnection = typeof code === 'string' && /^(UND_ERR|E[A-Z]+$)/.test(code);
  return ofConnection
    ? new ModelFault('MODEL_UNAVAILABLE', true, { cause })
    : new ModelFault('MODEL_ERROR', false, { cause });
};
