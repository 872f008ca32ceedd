/** How OpenAI and the servers that speak its format write a reply, in events or in one piece. */
import type { LanguageModelV4FinishReason } from '@ai-sdk/provider';
import type { EmitPart, ReplyFormat } from '../wire/part-reader.ts';
import { isError } from '../wire/provider-error.ts';
import { createToolCallAssembler, type ToolCallAssembler } from './assemble-tool-calls.ts';
import { type Chunk, chunkSchema, completionSchema, reasoningOfDelta, textOfDelta, usageOf } from './chunk.ts';
import { finishReasonOf } from './finish-reason.ts';

/** Ids of the one text and the one reasoning of a choice. */
const textId = 'text';
const reasoningId = 'reasoning';
/** For a response that ended without a reason. */
const noReason: LanguageModelV4FinishReason = { unified: 'other', raw: undefined };

type Choice = NonNullable<Chunk['choices']>[number];

export const createCompletionFormat = (emit: EmitPart): ReplyFormat => {
  let finishReason: LanguageModelV4FinishReason | undefined;
  let usage: Chunk['usage'];
  let calls: ToolCallAssembler | undefined;
  let hasText = false;
  let finished = false;

  const isComplete = (): boolean => finishReason !== undefined && finishReason.unified !== 'error';
  const takeDelta = (delta: NonNullable<Choice['delta']>): void => {
    const reasoning = reasoningOfDelta(delta);
    if (reasoning !== '') emit({ type: 'reasoning-delta', id: reasoningId, delta: reasoning });
    const text = textOfDelta(delta);
    if (text !== '') {
      if (!hasText) emit({ type: 'text-start', id: textId });
      hasText = true;
      emit({ type: 'text-delta', id: textId, delta: text });
    }
    if (delta.tool_calls) {
      calls ??= createToolCallAssembler();
      calls.read(delta.tool_calls).forEach(emit);
    }
  };
  const fail = (error: unknown): void => {
    if (!isComplete()) emit({ type: 'error', error });
  };
  const take = (chunk: Chunk): void => {
    const choice = chunk.choices?.[0];
    usage = chunk.usage ?? choice?.usage ?? chunk.x_groq?.usage ?? usage;
    if (!choice) return;
    if (choice.delta) takeDelta(choice.delta);
    if (choice.finish_reason && choice.finish_reason !== 'null') finishReason = finishReasonOf(choice.finish_reason);
  };

  return {
    get isComplete() {
      return isComplete();
    },
    onValue(value) {
      if (finished) return;
      const chunk = chunkSchema.parse(value);
      // Without the text beside it, which is the reply's and not for the log.
      if (chunk.error) fail(chunk.choices ? { error: chunk.error } : value);
      else if (!chunk.choices && isError(value)) fail(value);
      else take(chunk);
    },
    onBody(value) {
      const chunk = completionSchema.parse(value);
      if (chunk.error || !chunk.choices) fail(value);
      else take(chunk);
    },
    onEnd() {
      // Without a reason the response ended early. It has a finish only to report its usage.
      if (finished || (finishReason === undefined && !usage)) return;
      finished = true;
      if (hasText) emit({ type: 'text-end', id: textId });
      if (calls && isComplete()) calls.end().forEach(emit);
      emit({ type: 'finish', finishReason: finishReason ?? noReason, usage: usageOf(usage) });
    },
  };
};
