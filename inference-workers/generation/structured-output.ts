/**
 * Checks a reply against the format that was asked for, and words the correction of one that does not fit. The model
 * writes such a reply once more; the log keeps that, so that a worker that takes over does not ask a third time.
 * Invariant: a check takes a bounded time, whatever the model wrote (kernel/json-schema/check-value.ts).
 */
import type { ResponseFormat } from '#contracts/response-format.ts';
import { type FinishReason, isOpenCall, type StreamEvent } from '#contracts/stream-event.ts';
import { AppError } from '#kernel/errors.ts';
import { nestsTooDeep } from '#kernel/json-nesting.ts';
import { readSchema, SchemaFault } from '#kernel/json-schema/bounded-schema.ts';
import { checkValue, type Misfits } from '#kernel/json-schema/check-value.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';
import type { ReplyStep } from '../transcript/reply-steps.ts';

/** Characters of a reply that are parsed. */
const maxCharacters = 1_000_000;

const misfit = 'The reply does not have the format that was asked for. Try again, or choose another model.';
const cutOff = 'The reply reached its limit before its JSON was complete. Allow a longer reply, or ask for less.';

/** @param isCut whether a limit ended the reply */
export const outputFault = (isCut: boolean): AppError => new AppError('OUTPUT_INVALID', isCut ? cutOff : misfit);

/** Empty where the text has the format. */
export const misfitsOf = (format: ResponseFormat, text: string): Misfits => {
  if (text.length > maxCharacters) return ['The reply is too long to be checked.'];
  if (nestsTooDeep(text)) return ['The reply nests too deep.'];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return ['The reply is not one JSON value and nothing else.'];
  }
  if (format.type === 'JSON') return [];
  try {
    return checkValue(readSchema(format.schema), value);
  } catch (fault) {
    if (!(fault instanceof SchemaFault)) throw fault;
    return [`The schema ${fault.message}`];
  }
};

/** The correction that the model gets before it writes the reply again. */
export const correctionOf = (misfits: Misfits): string =>
  [
    'Your reply does not have the format that was asked for:',
    ...misfits.map((one) => `- ${one}`),
    'Write the whole reply again, as one JSON value and nothing else.',
  ].join('\n');

/** Whether another try may change the reply: it was not cut off, and no model has written it once more already. */
export const mayRepair = (entries: readonly StreamEntry[], finishReason: FinishReason): boolean =>
  (finishReason === 'STOP' || finishReason === 'TOOL_CALLS') &&
  !entries.some(({ event }) => event.type === 'MessageReset' && event.reason === 'OUTPUT_INVALID');

/** The events that void the text, before the first words of the new one. Calls of tools stay, with their results. */
export const repairEvents = (steps: readonly ReplyStep[]): readonly StreamEvent[] => [
  { type: 'MessageReset', reason: 'OUTPUT_INVALID' },
  ...steps.flatMap(({ calls }) => [
    ...calls.map(
      ({ id, name, arguments: text }): StreamEvent => ({
        type: 'ToolCallStarted',
        toolCall: { id, name, arguments: text },
      }),
    ),
    ...calls.flatMap((call): StreamEvent[] =>
      isOpenCall(call) ? [] : [{ type: 'ToolCallCompleted', toolCall: call }],
    ),
  ]),
];
