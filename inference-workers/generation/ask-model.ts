/**
 * One request to one model: what it says goes to the log as it comes, and what it wants to call is told when it has
 * ended. Invariant: when it resolves, all that the model said is in the log; it rejects only with the reason of
 * `abandon` and with the log's fault.
 */
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { StreamEvent } from '#kernel/stream-log/stream-event.ts';
import { startSpan } from '#kernel/telemetry/tracing.ts';
import { modelFaults, timeToFirstToken } from '../metrics.ts';
import type { Candidate } from './candidate.ts';
import { createDeltaWriter } from './delta-writer.ts';
import type { GenerationContext } from './generation-context.ts';
import { type ModelFault, toModelFault } from './model-fault.ts';
import { type ModelEnd, streamModel } from './stream-model.ts';

export interface AskOptions {
  readonly by: Candidate;
  readonly messageId: string;
  readonly call: Omit<LanguageModelV4CallOptions, 'abortSignal'>;
  /** The text that the prompt ends with, for the model to go on after it; empty where it ends otherwise. */
  readonly after: string;
  readonly append: (events: readonly StreamEvent[]) => Promise<void>;
  /** Aborted when a person asked to stop. */
  readonly stop: AbortSignal;
  /** Aborted when this worker must not write any more. */
  readonly abandon: AbortSignal;
}

export interface Asked {
  /** Undefined where it failed, or was stopped. */
  readonly end: ModelEnd | undefined;
  /** Undefined unless it failed. */
  readonly fault: ModelFault | undefined;
  /** What it said. */
  readonly text: string;
  /**
   * Whether the prompt counts: the model took the request, or was being asked when it was stopped, which providers bill
   * too.
   */
  readonly opened: boolean;
  /** Milliseconds since the epoch of its first word or call. */
  readonly spokeAt: number | undefined;
}

/** White space that the prefix ends with, taken off the beginning of what follows. */
export const withoutRepeatedSpace = (prefix: string, text: string): string => {
  const space = prefix.slice(prefix.trimEnd().length);
  return space !== '' && text.startsWith(space) ? text.slice(space.length) : text;
};

export const askModel = async (context: GenerationContext, options: AskOptions): Promise<Asked> => {
  const { settings, logger } = context;
  const { by, messageId, call, after, append, stop, abandon } = options;
  const { served, candidate } = by;
  const { modelId } = candidate;
  const writer = createDeltaWriter({ ...settings, append });
  const observeFirstToken = timeToFirstToken.start();
  const span = startSpan(`ask ${modelId}`, { kind: 'client' });
  let sent = false;
  let opened = false;
  let spokeAt: number | undefined;
  const speaks = (): void => {
    if (spokeAt !== undefined) return;
    spokeAt = Date.now();
    observeFirstToken({ model: modelId });
    span.event('first token');
  };
  const settle = async (end: ModelEnd | undefined, fault: ModelFault | undefined): Promise<Asked> => {
    await writer.flush();
    return { end, fault, text: writer.text, opened, spokeAt };
  };
  let end: ModelEnd;
  try {
    end = await streamModel(served.model, call, settings, AbortSignal.any([stop, abandon]), {
      onSend() {
        sent = true;
      },
      onOpen() {
        opened = true;
      },
      onText(text) {
        const begins = writer.text === '';
        speaks();
        return writer.write(begins && served.trimsPrefix ? withoutRepeatedSpace(after, text) : text);
      },
    });
    if (end.calls.length > 0) speaks();
    span.end();
  } catch (cause) {
    const fault = stop.aborted ? undefined : toModelFault(cause);
    opened ||= sent && fault === undefined;
    span.end(fault);
    abandon.throwIfAborted();
    if (fault !== undefined) {
      modelFaults.add({ model: modelId, code: fault.code });
      logger.warn({ err: cause, messageId, modelId }, 'a model failed');
    }
    return settle(undefined, fault);
  }
  return settle(end, undefined);
};
