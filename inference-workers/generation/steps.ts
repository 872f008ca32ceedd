/**
 * An answer as its log holds it: the times that a model was asked, each with what it said and then called. Everything
 * that a model needs to go on with the answer is in here, whoever wrote it. Invariant: all calls of a step begin before
 * one of them ends.
 */
import {
  applyToToolCalls,
  type StreamEvent,
  type ToolCall,
  type ToolCallRecord,
} from '#kernel/stream-log/stream-event.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';

export interface Step {
  /** Said before the calls; without calls it is what the answer ends with so far. */
  readonly text: string;
  /** In the order of their start. */
  readonly calls: readonly ToolCall[];
}

interface OpenStep {
  text: string;
  calls: readonly ToolCall[];
}

/**
 * What a model wrote with an event, for the count of its tokens: text, or a call; undefined for what is not a model's.
 */
export const writtenOf = (event: StreamEvent): string | undefined => {
  if (event.type === 'TokenDelta') return event.text;
  return event.type === 'ToolCallStarted' ? event.toolCall.name + event.toolCall.arguments : undefined;
};

/** What of the log is not void. */
export const stepsOf = (entries: readonly StreamEntry[]): readonly Step[] => {
  let steps: OpenStep[] = [];
  let results = false;
  for (const { event } of entries) {
    if (event.type === 'MessageReset') steps = [];
    if (event.type !== 'TokenDelta' && event.type !== 'ToolCallStarted' && event.type !== 'ToolCallCompleted') continue;
    let last = steps.at(-1);
    if (last === undefined || (results && event.type !== 'ToolCallCompleted')) {
      last = { text: '', calls: [] };
      steps.push(last);
    }
    results = event.type === 'ToolCallCompleted';
    if (event.type === 'TokenDelta') last.text += event.text;
    else last.calls = applyToToolCalls(last.calls, event);
  }
  return steps;
};

export const textOfSteps = (steps: readonly Step[]): string => steps.map(({ text }) => text).join('');

/** What models wrote of it. */
export const writtenIn = (steps: readonly Step[]): string =>
  steps.map(({ text, calls }) => text + calls.map((call) => call.name + call.arguments).join('')).join('');

/** The text behind the last call, which a model has to go on with. */
export const openTextOf = (steps: readonly Step[]): string => {
  const last = steps.at(-1);
  return last === undefined || last.calls.length > 0 ? '' : last.text;
};

/** Outcomes that calls anywhere in the log had, by their ids. */
export const outcomesIn = (entries: readonly StreamEntry[]): ReadonlyMap<string, ToolCallRecord> =>
  new Map(
    entries.flatMap(({ event }) => (event.type === 'ToolCallCompleted' ? [[event.toolCall.id, event.toolCall]] : [])),
  );
