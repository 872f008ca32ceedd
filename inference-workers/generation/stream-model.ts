/**
 * One request to one model: opens its stream, passes the text on, and keeps the time limits. Invariants: when the
 * promise settles, the provider's stream is closed, however it ended; what is passed on is bounded, whatever the
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
import { createModelClock } from './model-clock.ts';
import { ModelFault, toModelFault } from './model-fault.ts';

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
  /** Called with the same text before `onText`; where it returns true, the response ends behind this text. */
  goesInCircles?: (text: string) => boolean;
}

export interface ModelEnd {
  readonly finishReason: FinishReason;
  readonly usage: LanguageModelV4Usage;
  /** The tool calls that the model asks for before it continues. */
  readonly calls: readonly LanguageModelV4ToolCall[];
}

const unknownUsage: LanguageModelV4Usage = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};

/** Characters of one reply. A provider that ignores the token limit of the request is cut off at many times as much. */
const maxTextChars = (maxOutputTokens: number | undefined): number => 65_536 + 32 * (maxOutputTokens ?? 0);

/**
 * Characters of reasoning and of call arguments, which serve only as a sign of life here. A model that exceeds them
 * goes in circles.
 */
const maxHiddenChars = 4 * 1024 * 1024;

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

export const streamModel = async (
  model: LanguageModelV4,
  call: Omit<LanguageModelV4CallOptions, 'abortSignal'>,
  { timeouts, signal, onSent = () => undefined, onOpen, onText, goesInCircles = () => false }: StreamOptions,
): Promise<ModelEnd> => {
  signal.throwIfAborted();
  const request = new AbortController();
  const pass = (): void => request.abort(signal.reason);
  signal.addEventListener('abort', pass, { once: true });
  const clock = createModelClock(() => request.abort(new ModelFault('MODEL_TIMEOUT', false)));
  clock.allow(timeouts.firstTokenTimeoutMs);
  const calls: LanguageModelV4ToolCall[] = [];
  let charactersLeft = maxTextChars(call.maxOutputTokens);
  let hiddenLeft = maxHiddenChars;
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
        end = { finishReason: finishReasonOf(part), usage: part.usage, calls };
        clock.allow(closingMs);
      }
      if (part.type === 'tool-call' && !part.providerExecuted && calls.push(part) > maxToolCallsPerResponse) {
        throw new ModelFault('MODEL_ERROR', false, { cause: new Error('The tool calls do not end.') });
      }
      if (part.type !== 'text-delta' && part.type !== 'reasoning-delta' && part.type !== 'tool-input-delta') continue;
      if (hasBegun) {
        clock.restart();
      } else {
        hasBegun = true;
        clock.allow(timeouts.stallTimeoutMs);
      }
      if (part.type !== 'text-delta') hiddenLeft -= part.delta.length;
      if (hiddenLeft < 0) {
        throw new ModelFault('MODEL_ERROR', false, { cause: new Error('The reasoning or the arguments do not end.') });
      }
      const delta = part.type === 'text-delta' ? part.delta.slice(0, charactersLeft) : '';
      charactersLeft -= delta.length;
      const isCircle = goesInCircles(delta);
      const full = delta === '' ? undefined : onText(delta);
      if (full) {
        clock.stop();
        await full;
        clock.allow(timeouts.stallTimeoutMs);
      }
      if (isCircle) return { finishReason: 'REPETITION', usage: unknownUsage, calls: [] };
      if (charactersLeft === 0) return { finishReason: 'LENGTH', usage: unknownUsage, calls: [] };
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
