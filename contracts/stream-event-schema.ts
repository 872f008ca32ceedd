/** Validates the events of a log, as any text from outside. */
import { z } from 'zod';
import { errorCodes } from './error-codes.ts';
import { passageSchema } from './passages.ts';
import { reuseLevers } from './reuse.ts';
import {
  askedToolCallSchema,
  finishReasons,
  resetReasons,
  type StreamEvent,
  toolCallRecordSchema,
} from './stream-event.ts';

const errorCodeSchema = z.custom<keyof typeof errorCodes>(
  (value) => typeof value === 'string' && Object.hasOwn(errorCodes, value),
);

export const streamEventSchema: z.ZodType<StreamEvent> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('MessageStarted'),
    attempt: z.int(),
    modelId: z.string(),
    reuse: z.enum(reuseLevers).exactOptional(),
  }),
  z.object({
    type: z.literal('SourcesFound'),
    passages: z.array(passageSchema),
    failed: z.boolean().exactOptional(),
  }),
  z.object({ type: z.literal('ReasoningDelta'), text: z.string() }),
  z.object({ type: z.literal('TokenDelta'), text: z.string() }),
  z.object({ type: z.literal('ToolCallStarted'), toolCall: askedToolCallSchema }),
  z.object({ type: z.literal('ToolCallAwaitingApproval'), toolCall: askedToolCallSchema }),
  z.object({ type: z.literal('ToolCallApproved'), toolCall: askedToolCallSchema }),
  z.object({ type: z.literal('ToolCallCompleted'), toolCall: toolCallRecordSchema }),
  z.object({ type: z.literal('MessageReset'), reason: z.enum(resetReasons) }),
  z.object({
    type: z.literal('MessageCompleted'),
    status: z.enum(['COMPLETED', 'PARTIAL', 'CANCELLED']),
    finishReason: z.enum(finishReasons),
    reuse: z.enum(reuseLevers).exactOptional(),
  }),
  z.object({
    type: z.literal('MessageFailed'),
    code: errorCodeSchema,
    message: z.string(),
    retryable: z.boolean(),
  }),
]);
