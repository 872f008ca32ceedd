/**
 * The result of an answer as it is kept with the answer's log before it is published: whoever takes over after that publishes the same one
 * again and ends the log with it, in place of asking a model twice. Text and tool calls are not in it: the log has them.
 */
import { toErrorCode } from '../errors.ts';
import { endToolCalls, type StreamEvent, type ToolCall } from '../stream-log/stream-event.ts';
import type { StreamSnapshot } from '../stream-log/stream-log.ts';
import { type MessageFinished, messageFinishedSchema } from './events.ts';

/** What a result tells of the calls that the log holds at its end. */
export const finishedCalls = (calls: readonly ToolCall[]): Pick<MessageFinished, 'toolCalls'> =>
  calls.length === 0 ? {} : { toolCalls: [...endToolCalls(calls)] };

export const sealResult = ({ text: _, toolCalls: __, ...result }: MessageFinished): string => JSON.stringify(result);

/** Undefined when nobody has sealed the log. */
export const readSealed = ({ sealed, text, toolCalls }: StreamSnapshot): MessageFinished | undefined =>
  sealed === undefined
    ? undefined
    : messageFinishedSchema.parse({ ...JSON.parse(sealed), text, ...finishedCalls(toolCalls) });

/** What ends the log of an answer with this result. */
export const terminalEventOf = ({ status, finishReason, failure }: MessageFinished): StreamEvent => {
  if (status !== 'FAILED') return { type: 'MessageCompleted', status, finishReason };
  const { code, message, retryable } = failure ?? {
    code: 'MODEL_ERROR',
    message: 'The model could not reply to this message.',
    retryable: true,
  };
  return { type: 'MessageFailed', code: toErrorCode(code), message, retryable };
};
