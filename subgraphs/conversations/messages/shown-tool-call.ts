/**
 * A tool call as clients see it. Workers give a call an id that is unique within its message, and equal calls of
 * different messages have equal ids; clients keep objects by their ids, so theirs names the message too.
 */
import type { ToolCall } from '#contracts/stream-event.ts';

/** @param call may have any id that is unique within its message */
export const shownToolCall = <Call extends Pick<ToolCall, 'id'>>(messageId: string, call: Call): Call => ({
  ...call,
  id: `${messageId}:${call.id}`,
});
