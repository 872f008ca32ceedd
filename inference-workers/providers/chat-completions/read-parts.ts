/**
 * The bytes of a chat-completions stream -> parts of the provider interface. All that one read of the socket brought is
 * parsed in one go: under load a read holds many tokens, and each further stream between socket and reader would cost
 * more than they do.
 */
import type { LanguageModelV4FinishReason, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { createParser } from 'eventsource-parser';
import type { z } from 'zod';
import { createToolCallAssembler, type ToolCallAssembler } from './assemble-tool-calls.ts';
import { chunkSchema, finishReasonOf, reasoningOfDelta, textOfDelta, usageOf } from './chunk.ts';

export interface PartReader {
  /** Parts that these bytes complete; an error part, after those before it, where they are not the format. */
  read(bytes: Uint8Array): readonly LanguageModelV4StreamPart[];
  /** Parts that are due when the bytes have ended: none when the answer ended before it was finished. */
  end(): readonly LanguageModelV4StreamPart[];
}

/** Ids of the one text and the one line of reasoning that a choice has. */
const textId = 'text';
const reasoningId = 'reasoning';
/** Characters of one event. A token has a few hundred; what is longer is no answer. */
const maxEventCharacters = 1024 * 1024;
const endOfStream = '[DONE]';

export const createPartReader = (): PartReader => {
  const decoder = new TextDecoder();
  let parts: LanguageModelV4StreamPart[] = [];
  let finishReason: LanguageModelV4FinishReason | undefined;
  let usage: z.infer<typeof chunkSchema>['usage'];
  let calls: ToolCallAssembler | undefined;
  let saysText = false;
  let finished = false;

  const finish = (): void => {
    if (finished || finishReason === undefined) return;
    finished = true;
    if (saysText) parts.push({ type: 'text-end', id: textId });
    if (calls) parts.push(...calls.end());
    parts.push({ type: 'finish', finishReason, usage: usageOf(usage) });
  };
  const onEvent = ({ data }: { readonly data: string }): void => {
    if (data === endOfStream) {
      finish();
      return;
    }
    const chunk = chunkSchema.parse(JSON.parse(data));
    if (chunk.error) parts.push({ type: 'error', error: chunk.error });
    usage = chunk.usage ?? usage;
    const choice = chunk.choices?.[0];
    if (!choice) return;
    if (choice.finish_reason) finishReason = finishReasonOf(choice.finish_reason);
    if (!choice.delta) return;
    const reasoning = reasoningOfDelta(choice.delta);
    if (reasoning !== '') parts.push({ type: 'reasoning-delta', id: reasoningId, delta: reasoning });
    const delta = textOfDelta(choice.delta);
    if (delta !== '') {
      if (!saysText) parts.push({ type: 'text-start', id: textId });
      saysText = true;
      parts.push({ type: 'text-delta', id: textId, delta });
    }
    if (choice.delta.tool_calls) {
      calls ??= createToolCallAssembler();
      parts.push(...calls.read(choice.delta.tool_calls));
    }
  };
  const parser = createParser({
    onEvent,
    maxBufferSize: maxEventCharacters,
    onError(fault) {
      throw fault;
    },
  });
  const taken = (): readonly LanguageModelV4StreamPart[] => {
    const all = parts;
    parts = [];
    return all;
  };
  return {
    read(bytes) {
      try {
        parser.feed(decoder.decode(bytes, { stream: true }));
      } catch (error) {
        parts.push({ type: 'error', error });
      }
      return taken();
    },
    end() {
      finish();
      return taken();
    },
  };
};
