/**
 * Which model wrote what of a reply, in which attempt, as the log records it. Invariant: a contribution is in the reply
 * exactly when no reset came after it, other than one for the sake of its format.
 */
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';
import { writtenOf } from './reply-steps.ts';

/** What one request to a model brought, complete or not. */
export interface WrittenRequest {
  /** Index in the log of its first event. */
  readonly at: number;
  /** Text and tool calls. */
  written: string;
  reasoning: string;
}

export interface Contribution {
  readonly attempt: number;
  readonly modelId: string;
  readonly requests: WrittenRequest[];
  inReply: boolean;
  /** Whether its text was written before and served again, so that the model had no part in it. */
  readonly isReused: boolean;
}

/** In the order of their start, without those that wrote nothing. */
export const contributionsIn = (entries: readonly StreamEntry[]): readonly Contribution[] => {
  const all: Contribution[] = [];
  let current: WrittenRequest | undefined;
  let followsCalls = false;
  for (const [at, { event }] of entries.entries()) {
    if (event.type === 'MessageStarted') {
      const { attempt, modelId } = event;
      all.push({ attempt, modelId, requests: [], inReply: true, isReused: event.reuse !== undefined });
    }
    // A reply that is written again in the right format is one that its model was asked for twice.
    const voids = event.type === 'MessageReset' && event.reason !== 'OUTPUT_INVALID';
    if (voids) for (const one of all) one.inReply &&= one.requests.length === 0;
    const written = writtenOf(event);
    if (written === undefined) {
      current = undefined;
    } else {
      if (current === undefined) {
        current = { at, written: '', reasoning: '' };
        all.at(-1)?.requests.push(current);
      }
      const kind = event.type === 'ReasoningDelta' ? 'reasoning' : 'written';
      // The worker writes the line feeds that separate a step from the steps before.
      current[kind] += current[kind] === '' && followsCalls ? written.replace(/^\n+/, '') : written;
    }
    followsCalls = event.type === 'ToolCallCompleted' || (followsCalls && event.type === 'ReasoningDelta');
  }
  return all.filter(({ requests }) => requests.length > 0);
};
