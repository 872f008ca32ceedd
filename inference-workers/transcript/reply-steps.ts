/**
 * A reply as its log holds it: the steps in which a model was asked, each with the text and the tool calls that it
 * wrote. The steps are all that a model needs to continue the reply, whoever wrote them. Invariant: all calls of a step
 * start before one of them completes.
 */
import {
  applyToToolCalls,
  isToolCallEvent,
  type StreamEvent,
  type ToolCall,
  type ToolCallRecord,
} from '#contracts/stream-event.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';

export interface ReplyStep {
  /** What the model showed of its thinking in this step. */
  readonly reasoning: string;
  /** The text before the calls. In a step without calls, the text that the reply ends with so far. */
  readonly text: string;
  /** In the order of their start. */
  readonly calls: readonly ToolCall[];
}

interface OpenStep {
  reasoning: string;
  text: string;
  calls: readonly ToolCall[];
}

/** What a model wrote with an event, for token counts. Undefined for events of other origin. */
export const writtenOf = (event: StreamEvent): string | undefined => {
  if (event.type === 'TokenDelta' || event.type === 'ReasoningDelta') return event.text;
  return event.type === 'ToolCallStarted' ? event.toolCall.name + event.toolCall.arguments : undefined;
};

/** The steps since the last reset. */
export const stepsOf = (entries: readonly StreamEntry[]): readonly ReplyStep[] => {
  let steps: OpenStep[] = [];
  let hasResults = false;
  for (const { event } of entries) {
    if (event.type === 'MessageReset') steps = [];
    const isWritten = writtenOf(event) !== undefined;
    if (!isWritten && !isToolCallEvent(event)) continue;
    let last = steps.at(-1);
    if (last === undefined || (hasResults && isWritten)) {
      last = { reasoning: '', text: '', calls: [] };
      steps.push(last);
    }
    hasResults = event.type === 'ToolCallCompleted' || (hasResults && !isWritten);
    if (event.type === 'TokenDelta') last.text += event.text;
    else if (event.type === 'ReasoningDelta') last.reasoning += event.text;
    else last.calls = applyToToolCalls(last.calls, event);
  }
  return steps;
};

export const textOfSteps = (steps: readonly ReplyStep[]): string => steps.map(({ text }) => text).join('');

export const reasoningOfSteps = (steps: readonly ReplyStep[]): string =>
  steps.map(({ reasoning }) => reasoning).join('');

/** Everything that models wrote: reasoning, text and tool calls, without results. */
export const writtenIn = (steps: readonly ReplyStep[]): string =>
  steps
    .map(({ reasoning, text, calls }) => reasoning + text + calls.map((call) => call.name + call.arguments).join(''))
    .join('');

/** The text after the last tool call, which the next model has to continue. */
export const openTextOf = (steps: readonly ReplyStep[]): string => {
  const last = steps.at(-1);
  return last === undefined || last.calls.length > 0 ? '' : last.text;
};

/** Whether a model has begun to think, and has written nothing since. Another one cannot continue that. */
export const onlyThinks = (steps: readonly ReplyStep[]): boolean => {
  const last = steps.at(-1);
  return last !== undefined && last.calls.length === 0 && last.reasoning !== '' && last.text.trim() === '';
};

/** Whether the whole reply is reasoning, so that it has nothing for its reader. */
export const isOnlyThought = (steps: readonly ReplyStep[]): boolean =>
  textOfSteps(steps).trim() === '' && onlyThinks(steps);

/**
 * The line feeds that make a paragraph break between the steps so far and the text of the next step. Undefined where no
 * text of a step ends: there is none so far, or the next text continues it.
 */
export const breakAfterSteps = (steps: readonly ReplyStep[]): string | undefined => {
  if (steps.at(-1)?.calls.length === 0) return undefined;
  const text = textOfSteps(steps);
  const end = text.trimEnd();
  return end === '' ? undefined : '\n'.repeat(Math.max(0, 2 - (text.slice(end.length).split('\n').length - 1)));
};

/** The outcomes of all calls in the log, voided ones included, by call id. */
export const outcomesIn = (entries: readonly StreamEntry[]): ReadonlyMap<string, ToolCallRecord> =>
  new Map(
    entries.flatMap(({ event }) => (event.type === 'ToolCallCompleted' ? [[event.toolCall.id, event.toolCall]] : [])),
  );
