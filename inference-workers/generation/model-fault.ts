/**
 * The faults of models, as a code and a sentence for people. The provider's own words never reach a client: they stay
 * in the cause, for the log. Invariant: a fault that the request caused is never attributed to the provider, whose
 * circuit other tenants share. Refused credentials are the provider's side, because they are ours.
 */
import { APICallError, InvalidResponseDataError, type LanguageModelV4Usage } from '@ai-sdk/provider';
import type { FaultOrigin } from '#contracts/broker-events.ts';
import type { ErrorCode } from '#contracts/error-codes.ts';
import { AppError } from '#kernel/errors.ts';
import { providerWords } from './provider-words.ts';
import { retryAfterOfHeaders, retryAfterOfWords } from './retry-hint.ts';

/** For a model that thinks and then writes nothing: a longer reply may have room for the thoughts. */
const onlyThought =
  'The model thought about this message and then wrote no reply. Try again, allow a longer reply, or choose another model.';

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
  /** Reported by the provider, although the reply is not whole. */
  readonly usage?: LanguageModelV4Usage | undefined;
  readonly retryAfterMs?: number | undefined;
  /** Default: PROVIDER. */
  readonly origin?: FaultOrigin;
  /** In place of the sentence of the code. */
  readonly sentence?: string;
}

/** `tryAgain`: the same request to the same model may succeed within moments. `origin`: whose fault it is. */
export class ModelFault extends AppError {
  readonly tryAgain: boolean;
  readonly origin: FaultOrigin;
  readonly usage: LanguageModelV4Usage | undefined;

  constructor(code: ModelFaultCode, tryAgain: boolean, given: FaultOptions = {}) {
    const { origin = 'PROVIDER', usage, sentence = sentences[code], ...options } = given;
    super(code, sentence, options);
    this.tryAgain = tryAgain;
    this.usage = usage;
    this.origin = origin;
  }
}

/**
 * The end of a reply that is only reasoning, which is no reply for its reader.
 * @param isCut whether the limit of the request ended it, which is no fault of the provider.
 */
export const onlyThoughtFault = (isCut: boolean): ModelFault =>
  new ModelFault('MODEL_ERROR', false, { sentence: onlyThought, origin: isCut ? 'REQUEST' : 'PROVIDER' });

/**
 * How providers say that the prompt has too many tokens. Each alternative is a sentence or a code of one of them:
 * OpenAI, Azure, OpenRouter, DeepSeek, vLLM, SGLang, Mistral, Fireworks, Zhipu, llama.cpp, Ollama and LM Studio speak
 * of the context; the others say what has which limit.
 */
const contextWords = new RegExp(
  [
    'context.?(length|window|size|limit)',
    'maximum context|max_prompt_tokens',
    // Anthropic, Fireworks, Ollama; Zhipu; Bedrock.
    'prompt (is )?too (long|large)|prompt exceeds max length|prompt 超长|input is too long',
    // Google; OpenAI; Cohere and Bedrock.
    'input token count|input tokens exceed|too many (input )?tokens',
    // xAI; Groq; Moonshot; Qwen.
    'maximum (prompt|input) length|reduce the length of the (messages|prompt|input)',
    'exceeded model token limit|range of input length should be',
    // Text Generation Inference and Together; GitHub.
    '`?inputs`? (tokens )?(\\+ `?max_new_tokens`? )?must (be|have)|token count of \\d+ exceeds the limit',
    'string_above_max_length',
  ].join('|'),
  'i',
);
/** How Anthropic, xAI and Google word a refusal of the operator's account under the status of a bad request. */
const accountWords = /api.?key|credit balance|insufficient.(quota|balance|credit)|billing/i;
/** How OpenRouter words a refusal of the content under the status of refused credentials. */
const moderationWords = /moderation|flagged|content.(filter|policy)/i;
/** Types and codes of errors inside a stream that count against the request. */
const requestKinds = /invalid|bad.?request|validation|content.?(filter|policy)/i;
/** Types of such errors for a request that is too long. */
const tooLargeKinds = /request_too_large/i;
/** Types and codes of errors inside a stream of an overloaded provider. */
const overloadKinds =
  /overload|rate.?limit|too.?many.?requests|exhausted|throttl|unavailable|not.?ready|time.?out|capacity|busy/i;
/** Types and codes of errors inside a stream of a provider that failed. */
const serverKinds = /server.?error|api_error|internal/i;
/** How such providers word it that name no type. */
const overloadWords =
  /overloaded|rate limit|too many requests|temporarily unavailable|service unavailable|at capacity|server is busy|try again later/i;
/** Types of errors inside a stream that the operator has to fix. */
const operatorKinds =
  /authentication|permission|unauthor|forbidden|not.?found|billing|insufficient.?(quota|balance|credit)/i;

/** Statuses that count against the request. */
const requestStatuses: ReadonlySet<number> = new Set([400, 413, 414, 415, 422, 431, 451]);

interface Refusal {
  /** The message of the provider. */
  readonly words: string;
  readonly retryAfterMs?: number | undefined;
  readonly cause: unknown;
}

/** For content that is refused or too long. */
const ofRequest = ({ cause }: Refusal, isTooLong: boolean): ModelFault =>
  new ModelFault(isTooLong ? 'CONTEXT_TOO_LONG' : 'MODEL_ERROR', false, { cause, origin: 'REQUEST' });

const ofStatus = (status: number, refusal: Refusal): ModelFault => {
  const { words, cause, retryAfterMs } = refusal;
  // Whether the body has too many bytes or, as Groq counts them, more tokens than a minute has: a shorter one helps.
  const isTooLong = status === 413 || contextWords.test(words);
  // Ollama and gateways report with 500 that the prompt is too long.
  // Amazon reports with 424 that a model failed at its work.
  if (
    status === 408 ||
    status === 409 ||
    status === 424 ||
    status === 429 ||
    status > 500 ||
    (status === 500 && !isTooLong)
  ) {
    return new ModelFault('MODEL_UNAVAILABLE', true, { cause, retryAfterMs });
  }
  if (status === 500 || (requestStatuses.has(status) && (isTooLong || !accountWords.test(words)))) {
    return ofRequest(refusal, isTooLong);
  }
  if (status === 403 && moderationWords.test(words)) return ofRequest(refusal, false);
  // The operator has to fix a refused key or an unknown model; for people the model is unavailable.
  return new ModelFault('MODEL_UNAVAILABLE', false, { cause });
};

/** Undefined where the cause is no value that a provider sent. */
const ofStreamError = (cause: unknown): ModelFault | undefined => {
  if (cause instanceof Error || (typeof cause !== 'string' && (typeof cause !== 'object' || cause === null))) {
    return undefined;
  }
  const { status, kinds, words } = providerWords(cause);
  const refusal = { words, retryAfterMs: retryAfterOfWords(words), cause };
  if (status !== undefined) return ofStatus(status, refusal);
  if (overloadKinds.test(kinds)) return ofStatus(503, refusal);
  if (serverKinds.test(kinds)) return ofStatus(500, refusal);
  if (operatorKinds.test(kinds) || accountWords.test(words)) return ofStatus(401, refusal);
  if (tooLargeKinds.test(kinds) || contextWords.test(words)) return ofRequest(refusal, true);
  if (requestKinds.test(kinds)) return ofRequest(refusal, false);
  return overloadWords.test(words) ? ofStatus(503, refusal) : new ModelFault('MODEL_ERROR', false, { cause });
};

/** For anything that a provider threw or sent in its stream. A fault of the connection counts as unavailable. */
export const toModelFault = (cause: unknown): ModelFault => {
  if (cause instanceof ModelFault) return cause;
  if (APICallError.isInstance(cause)) {
    if (cause.statusCode === undefined || cause.statusCode < 300) {
      return new ModelFault('MODEL_UNAVAILABLE', true, { cause });
    }
    const words = cause.responseBody ?? '';
    const retryAfterMs = retryAfterOfHeaders(cause.responseHeaders) ?? retryAfterOfWords(words);
    return ofStatus(cause.statusCode, { words, retryAfterMs, cause });
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
