/**
 * What can go wrong with a model, as a code and a sentence for people. The provider's own words never reach a client: they
 * stay in the cause, for the log.
 */
import { APICallError, InvalidResponseDataError } from '@ai-sdk/provider';
import { AppError, type ErrorCode } from '#kernel/errors.ts';

const sentences = {
  MODEL_UNAVAILABLE: 'The model cannot be reached at the moment. Try again in a little while.',
  MODEL_TIMEOUT: 'The model did not answer in time. Try again in a little while.',
  MODEL_ERROR: 'The model could not answer this message. Try again, or choose another model.',
  CONTEXT_TOO_LONG:
    'The message is too long for this model. Shorten it, or choose a model with a larger context window.',
} as const satisfies Partial<Record<ErrorCode, string>>;

export type ModelFaultCode = keyof typeof sentences;

/** `tryAgain`: the same request to the same model may succeed within moments. */
export class ModelFault extends AppError {
  readonly tryAgain: boolean;

  constructor(
    code: ModelFaultCode,
    tryAgain: boolean,
    options: { cause?: unknown; retryAfterMs?: number | undefined } = {},
  ) {
    super(code, sentences[code], options);
    this.tryAgain = tryAgain;
  }
}

/** `retry-after-ms`, or `Retry-After` in seconds or as a date. */
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

/** Words by which OpenAI, Anthropic, vLLM, llama.cpp and Ollama say that the prompt has too many tokens. */
const contextWords =
  /context.?length|context.?(window|size)|maximum context|prompt is too long|too many tokens|exceed_context/i;

const ofStatus = (status: number, error: APICallError): ModelFault => {
  const cause = error;
  if ((status === 400 || status === 413 || status === 422) && contextWords.test(error.responseBody ?? '')) {
    return new ModelFault('CONTEXT_TOO_LONG', false, { cause });
  }
  if (status === 408 || status === 409 || status === 429 || status >= 500) {
    return new ModelFault('MODEL_UNAVAILABLE', true, { cause, retryAfterMs: retryAfterOf(error.responseHeaders) });
  }
  // A refused key or an unknown model is the operator's to mend: to people the model is not there.
  if (status === 401 || status === 403 || status === 404) return new ModelFault('MODEL_UNAVAILABLE', false, { cause });
  return new ModelFault('MODEL_ERROR', false, { cause });
};

/** Whatever a provider threw or put into its stream. A fault of the connection counts as unavailable. */
export const toModelFault = (cause: unknown): ModelFault => {
  if (cause instanceof ModelFault) return cause;
  if (APICallError.isInstance(cause)) {
    if (cause.statusCode !== undefined && !(cause.statusCode < 300)) return ofStatus(cause.statusCode, cause);
    return new ModelFault('MODEL_UNAVAILABLE', true, { cause });
  }
  // The stream ended before the provider said that it is done.
  if (InvalidResponseDataError.isInstance(cause)) return new ModelFault('MODEL_UNAVAILABLE', true, { cause });
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const ofConnection = typeof code === 'string' && /^(UND_ERR|E[A-Z]+$)/.test(code);
  return ofConnection
    ? new ModelFault('MODEL_UNAVAILABLE', true, { cause })
    : new ModelFault('MODEL_ERROR', false, { cause });
};
