/**
 * One request to one model: opens its stream, passes text and reasoning on, and keeps the time limits. Invariants: when
 * the promise settles, the provider's stream is closed, however it ended; what is passed on is bounded, whatever the
 * provider sends; it rejects with the signal's reason after an abort, else with a ModelFault.
 */
import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4FinishReason,
  LanguageModelV4ToolCall,
  LanguageModelV4Usage,
} from '@ai-sdk/provider';
import type { FinishReason } from '#contracts/stream-event.ts';
import { maxToolCallsPerResponse } from '../providers/max-tool-calls.ts';
import { observingSend } from '../providers/provider-connections.ts';
import { createThoughtCollector, type SignedThought } from '../transcript/signed-thoughts.ts';
import { createModelClock } from './model-clock.ts';
import { ModelFault, toModelFault } from './model-fault.ts';
import { createResponseParts } from './response-parts.ts';
import type { SplitText } from './split-thinking.ts';

export interface ModelTimeouts {
  /** Milliseconds from the request to the first part of a response. */
  readonly firstTokenTimeoutMs: number;
  /** Milliseconds between two parts of a response. */
  readonly stallTimeoutMs: number;
}

export interface StreamOptions {
  readonly timeouts: ModelTimeouts;
  readonly signal: AbortSignal;
  /** Called when the request is sent: from here on the provider may bill the prompt, even if the request is cut. */
  onSent?: () => void;
  /** Called when the model took the request. */
  onOpen(): void;
  /** A returned promise is awaited before more is read (backpressure). That time does not count as the model's. */
  onText(text: string): Promise<void> | undefined;
  /** Likewise, for what the model shows of its thinking. Comes before the text of the same part. */
  onReasoning?(reasoning: string): Promise<void> | undefined;
  /** Characters of reasoning that are passed on; the rest is dropped. Default: 0. */
  readonly reasoningCharacters?: number;
  /** The response continues a text (response-parts.ts). Default: false. */
  readonly continuesText?: boolean;
  /** Called with the same before `onReasoning` and `onText`; where it returns true, the response ends behind this. */
  goesInCircles?: (brought: SplitText) => boolean;
}

export interface ModelEnd {
  readonly finishReason: FinishReason;
  readonly usage: LanguageModelV4Usage;
  /** The tool calls that the model asks for before it continues. */
  readonly calls: readonly LanguageModelV4ToolCall[];
  /** What the model thought before it calls tools, as far as its provider wants that back. */
  readonly thoughts: readonly SignedThought[];
}

const unknownUsage: LanguageModelV4Usage = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};

/**
 * Milliseconds that a response may go on after its finish. It is read to its end so that the connection can be reused,
 * but nobody waits for a server that does not end it.
 */
const closingMs = 1_000;

const finishReasonOf = ({
  finishReason: { unified, raw },
  usage,
}: {
  readonly finishReason: LanguageModelV4FinishReason;
  readonly usage: LanguageModelV4Usage;
}): FinishReason => {
  // Without a reason the response ended before its time.
  const reason = unified === 'other' && raw === undefined ? 'error' : unified;
  switch (reason) {
    case 'length':
      return 'LENGTH';
    case 'content-filter':
      return 'CONTENT_FILTER';
    case 'tool-calls':
      return 'TOOL_CALLS';
    case 'error':
    case 'interrupted':
      throw new ModelFault('MODEL_UNAVAILABLE', true, {
        cause: new Error(`The model ended with ${unified} (${raw}).`),
        usage,
      });
    default:
      return 'STOP';
  }
};

/**
 * Rejects at once on abort. A request that waits for its connection notices an abort only when the connection stands or
 * fails.
 */
const unlessAborted = <Result>(work: PromiseLike<Result>, signal: AbortSignal): Promise<Result> =>
  new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });

/** A returned promise is to be awaited before more is read. */
const passOn = (
  { reasoning, text }: SplitText,
  { onReasoning, onText }: Pick<StreamOptions, 'onReasoning' | 'onText'>,
): Promise<void> | undefined => {
  const full = reasoning === '' ? undefined : onReasoning?.(reasoning);
  return text === '' ? full : (onText(text) ?? full);
};

export const streamModel = async (
  model: LanguageModelV4,
  call: Omit<LanguageModelV4CallOptions, 'abortSignal'>,
  options: StreamOptions,
): Promise<ModelEnd> => {
  const { timeouts, signal, onSent = () => undefined, onOpen, goesInCircles = () => false } = options;
  signal.throwIfAborted();
  const request = new AbortController();
  const pass = (): void => request.abort(signal.reason);
  signal.addEventListener('abort', pass, { once: true });
  const clock = createModelClock(() => request.abort(new ModelFault('MODEL_TIMEOUT', false)));
  clock.allow(timeouts.firstTokenTimeoutMs);
  const calls: LanguageModelV4ToolCall[] = [];
  const { reasoningCharacters = 0, continuesText = false } = options;
  const response = createResponseParts({ maxOutputTokens: call.maxOutputTokens, reasoningCharacters, continuesText });
  const thoughts = createThoughtCollector();
  let hasBegun = false;
  let end: ModelEnd | undefined;
  try {
    const { stream } = await unlessAborted(
      observingSend(onSent, () => model.doStream({ ...call, abortSignal: request.signal })),
      request.signal,
    );
    onOpen();
    const parts = stream.getReader();
    for (;;) {
      const { done, value: part } = await parts.read();
      if (request.signal.aborted) throw request.signal.reason;
      if (done) {
        if (end !== undefined) return end;
        throw new ModelFault('MODEL_UNAVAILABLE', true, { cause: new Error('The stream ended without a finish.') });
      }
      if (part.type === 'error') throw part.error;
      if (part.type === 'finish') {
        await passOn(response.end(), options);
        end = {
          finishReason: finishReasonOf(part),
          usage: part.usage,
          calls,
          thoughts: calls.length === 0 ? [] : thoughts.thoughts,
        };
        clock.allow(closingMs);
      }
      if (part.type === 'tool-call' && !part.providerExecuted && calls.push(part) > maxToolCallsPerResponse) {
        throw new ModelFault('MODEL_ERROR', false, { cause: new Error('The tool calls do not end.') });
      }
      thoughts.take(part);
      const brought = response.take(part);
      if (brought === undefined) continue;
      if (hasBegun) {
        clock.restart();
      } else {
        hasBegun = true;
        clock.allow(timeouts.stallTimeoutMs);
      }
      const isCircle = goesInCircles(brought);
      const full = passOn(brought, options);
      if (full) {
        clock.stop();
        await full;
        clock.allow(timeouts.stallTimeoutMs);
      }
      if (isCircle) return { finishReason: 'REPETITION', usage: unknownUsage, calls: [], thoughts: [] };
      if (response.isFull) return { finishReason: 'LENGTH', usage: unknownUsage, calls: [], thoughts: [] };
    }
  } catch (fault) {
    if (end !== undefined) return end;
    if (signal.aborted) throw signal.reason;
    if (request.signal.aborted) throw request.signal.reason;
    throw toModelFault(fault);
  } finally {
    clock.stop();
    signal.removeEventListener('abort', pass);
    // Closes what is still open: after a fault inside the stream the provider may not have ended it.
    request.abort();
  }
};
