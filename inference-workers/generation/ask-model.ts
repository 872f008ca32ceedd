/**
 * One request to one model. Its text and reasoning go to the log as they arrive; the tool calls that it asks for are
 * returned when its response has ended. Invariant: when the promise resolves, all text of the model is in the log, and
 * of its reasoning as much as is shown. It rejects only with the reason of `abandon` and with the log's fault.
 */
import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { createCitationReader } from '#contracts/citations.ts';
import { maxReasoningCharacters, type StreamEvent } from '#contracts/stream-event.ts';
import { activeRequest } from '#kernel/request-id.ts';
import { startSpan } from '#kernel/telemetry/tracing.ts';
import { modelFaults, timeToFirstToken } from '../metrics.ts';
import { createOutputGate } from '../moderation/output-gate.ts';
import type { OutputRefusal } from '../moderation/output-refusal.ts';
import type { OutputScreen } from '../moderation/output-screen.ts';
import type { Candidate } from './candidate.ts';
import { createDeltaWriter } from './delta-writer.ts';
import type { GenerationContext } from './generation-context.ts';
import { type ModelFault, toModelFault } from './model-fault.ts';
import { createRepetitionGuard } from './repetition-guard.ts';
import { createStepOpening } from './step-opening.ts';
import { type ModelEnd, streamModel } from './stream-model.ts';

export interface AskOptions {
  readonly candidate: Candidate;
  readonly messageId: string;
  readonly call: Omit<LanguageModelV4CallOptions, 'abortSignal'>;
  /** The text that the prompt ends with, for the model to continue; empty where the prompt ends otherwise. */
  readonly prefix: string;
  /** What separates the model's text from that of the steps before it; undefined where it separates nothing. */
  readonly opening: string | undefined;
  /** What the reply shows of earlier thinking. */
  readonly thought: string;
  /** The text that the reply shows so far. */
  readonly shown: string;
  /** Numbers that the reply may cite; undefined where it draws on no documents, and brackets mean nothing. */
  readonly citable: ReadonlySet<number> | undefined;
  /** Screens what the model writes before it is shown; undefined: nothing is held back. */
  readonly screen: OutputScreen | undefined;
  readonly append: (events: readonly StreamEvent[]) => Promise<void>;
  /** Aborted when a person asked to stop. */
  readonly stop: AbortSignal;
  /** Aborted when this worker must not write any more. */
  readonly abandon: AbortSignal;
}

export interface ModelResponse {
  /** Undefined where the model failed or was stopped. */
  readonly end: ModelEnd | undefined;
  /** Undefined unless the model failed. */
  readonly fault: ModelFault | undefined;
  /** Why the reply may not go on; undefined unless the screening ended it. */
  readonly refusal: OutputRefusal | undefined;
  /** The text of the model, shown or not, without what separates it from the steps before. */
  readonly text: string;
  /** The model's thinking as far as it is kept, likewise. */
  readonly reasoning: string;
  /**
   * Whether the prompt counts: the model took the request, or the request was under way when it was stopped, which
   * providers bill too.
   */
  readonly isPromptBilled: boolean;
  /** Milliseconds since the epoch of the first text, tool call or reasoning that was shown. */
  readonly firstOutputAt: number | undefined;
  /** Likewise of the first text or tool call, for which people wait. */
  readonly firstTokenAt: number | undefined;
}

/** Removes from the beginning of `text` the white space that the prefix already ends with. */
export const withoutRepeatedSpace = (prefix: string, text: string): string => {
  const space = prefix.slice(prefix.trimEnd().length);
  return space !== '' && text.startsWith(space) ? text.slice(space.length) : text;
};

/** Where the reasoning of a request goes: apart from earlier reasoning, whatever came in between. */
const createReasoningOpening = (thought: string) => {
  const separated = '\n\n';
  let open = createStepOpening(thought === '' ? '' : separated);
  let isBegun = false;
  return {
    /** What is to be written of the next piece. */
    take(reasoning: string): string {
      const shown = open(reasoning);
      isBegun ||= shown !== '';
      return shown;
    },
    /** Text has come: reasoning behind it is another thought. */
    close(): void {
      if (isBegun) open = createStepOpening(separated);
      isBegun = false;
    },
  };
};

export const askModel = async (context: GenerationContext, options: AskOptions): Promise<ModelResponse> => {
  const { settings, logger } = context;
  const { candidate, messageId, call, prefix, opening = '', thought, shown, append, stop, abandon } = options;
  const { served, route } = candidate;
  const { modelId } = route;
  const writer = createDeltaWriter({ ...settings, append });
  const gate = createOutputGate({
    screen: options.screen,
    writer,
    shown: { TokenDelta: shown, ReasoningDelta: thought },
    onShown() {
      firstOutputAt ??= Date.now();
    },
  });
  const citations = options.citable === undefined ? undefined : createCitationReader(options.citable, shown);
  let openStep = createStepOpening(options.opening);
  const thinking = createReasoningOpening(thought);
  const [guard, thinkingGuard] = [createRepetitionGuard(prefix), createRepetitionGuard('')];
  const observeFirstToken = timeToFirstToken.start();
  const span = startSpan(`ask ${modelId}`, { kind: 'client' });
  let isSent = false;
  let isPromptBilled = false;
  let firstOutputAt: number | undefined;
  let firstTokenAt: number | undefined;
  const noteToken = (): void => {
    if (firstTokenAt !== undefined) return;
    firstTokenAt = Date.now();
    if (candidate.reuse === undefined) observeFirstToken({ model: modelId });
    span.event('first token');
  };
  const conclude = async (end: ModelEnd | undefined, fault: ModelFault | undefined): Promise<ModelResponse> => {
    const heldBack = citations?.end() ?? '';
    if (heldBack !== '') await gate.write(heldBack, 'TokenDelta');
    await gate.end(end !== undefined ? 'COMPLETE' : fault === undefined ? 'STOPPED' : 'BROKEN');
    await writer.flush();
    const [text, reasoning] = [gate.text.slice(opening.length), gate.reasoning.trimStart()];
    const { refusal } = gate;
    const whole = refusal === undefined ? end : undefined;
    return { end: whole, fault, refusal, text, reasoning, isPromptBilled, firstOutputAt, firstTokenAt };
  };
  let end: ModelEnd;
  try {
    const signal = AbortSignal.any([stop, abandon, gate.closed]);
    end = await streamModel(served.model, call, {
      timeouts: settings,
      signal,
      reasoningCharacters: Math.max(0, maxReasoningCharacters - thought.length),
      continuesText: prefix.trim() !== '',
      onSent() {
        isSent = true;
      },
      onOpen() {
        isPromptBilled = true;
      },
      onReasoning(reasoning) {
        // Models put blank lines between their thinking and the text, which then are no part of it.
        if (gate.text === '' && prefix === '') openStep = createStepOpening(opening);
        const thoughts = thinking.take(reasoning);
        return thoughts === '' ? undefined : gate.write(thoughts, 'ReasoningDelta');
      },
      onText(text) {
        const isFirst = gate.text === '';
        const said = citations === undefined ? text : citations.take(text);
        const words = openStep(isFirst && served.trimsPrefix ? withoutRepeatedSpace(prefix, said) : said);
        if (words === '') return undefined;
        noteToken();
        thinking.close();
        return gate.write(words, 'TokenDelta');
      },
      goesInCircles: ({ reasoning, text }) =>
        guard.goesInCircles(text) || (reasoning !== '' && thinkingGuard.goesInCircles(reasoning)),
    });
    if (end.calls.length > 0) noteToken();
    if (end.calls.length > 0) firstOutputAt ??= Date.now();
    span.end();
  } catch (cause) {
    const fault = stop.aborted || gate.closed.aborted ? undefined : toModelFault(cause);
    isPromptBilled ||= isSent && fault === undefined;
    span.end(fault);
    abandon.throwIfAborted();
    if (fault !== undefined && candidate.reuse === undefined) {
      modelFaults.add({ model: modelId, code: fault.code });
      logger.warn({ ...activeRequest(), err: cause, code: fault.code, messageId, modelId }, 'a model failed');
    }
    return conclude(undefined, fault);
  }
  return conclude(end, undefined);
};
