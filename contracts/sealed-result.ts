/**
 * The result of a reply as it is kept in the reply's log before it is published. A worker that takes over afterwards
 * publishes the same result again and ends the log with it, in place of a second request to a model. Text, reasoning
 * and tool calls are not in it, because the log has them.
 */

import { type MessageFinished, messageFinishedSchema } from './broker-events.ts';
import { toErrorCode } from './error-codes.ts';
import { endToolCalls, maxReasoningCharacters, type StreamEvent, type ToolCall } from './stream-event.ts';

/** The tool calls of a result, from those that the log holds at its end. */
export const finishedCalls = (calls: readonly ToolCall[]): Pick<MessageFinished, 'toolCalls'> =>
  calls.length === 0 ? {} : { toolCalls: [...endToolCalls(calls)] };

/** The reasoning of a result, from what the log holds at its end. */
export const finishedReasoning = (reasoning: string): Pick<MessageFinished, 'reasoning'> =>
  reasoning === '' ? {} : { reasoning: reasoning.slice(0, maxReasoningCharacters).toWellFormed() };

export const sealResult = ({ text: _, reasoning: __, toolCalls: ___, ...result }: MessageFinished): string =>
  JSON.stringify(result);

/** What a log holds that a result is read from. */
interface SealedLog {
  /** As `sealResult` wrote it. */
  readonly sealed?: string | undefined;
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly ToolCall[];
}

/** Undefined when the log is not sealed. */
export const readSealed = ({ sealed, text, reasoning, toolCalls }: SealedLog): MessageFinished | undefined =>
  sealed === undefined
    ? undefined
    : messageFinishedSchema.parse({
        ...JSON.parse(sealed),
        text,
        ...finishedReasoning(reasoning),
        ...finishedCalls(toolCalls),
      });

/** The event that ends the log of a reply with this result. */
export const terminalEventOf = ({ status, finishReason, failure, reuse }: MessageFinished): StreamEvent => {
  if (status !== 'FAILED') {
    const served = reuse?.served === undefined ? {} : { reuse: reuse.served.lever };
    return { type: 'MessageCompleted', status, finishReason, ...served };
  }
  const { code, message, retryable } = failure ?? {
    code: 'MODEL_ERROR',
    message: 'The model could not reply to this message.',
    retryable: true,
  };
  return { type: 'MessageFailed', code: toErrorCode(code), message, retryable };
};
