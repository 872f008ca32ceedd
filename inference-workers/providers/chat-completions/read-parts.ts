/**
 * Turns the bytes of a chat-completions stream into parts of the provider interface. All bytes of one socket read are
 * parsed at once: under load a read holds many tokens, and a further stream between socket and reader would cost more
 * than they do.
 */
import type { LanguageModelV4FinishReason, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { createParser } from 'eventsource-parser';
import type { z } from 'zod';
import { createToolCallAssembler, type ToolCallAssembler } from './assemble-tool-calls.ts';
import { chunkSchema, finishReasonOf, reasoningOfDelta, textOfDelta, usageOf } from './chunk.ts';

export interface PartReader {
  /** The parts that these bytes complete. Where the format is broken, an error part follows the parts before it. */
  read(bytes: Uint8Array): readonly LanguageModelV4StreamPart[];
  /** The parts that are due at the end of the bytes; none when the response ended before it was finished. */
  end(): readonly LanguageModelV4StreamPart[];
}

/** Ids of the one text and the one reasoning of a choice. */
const textId = 'text';
const reasoningId = 'reasoning';
/** Characters of one event. A token has a few hundred, so anything longer is no reply. */
const maxEventCharacters = 1024 * 1024;
const endOfStream = '[DONE]';

export const createPartReader = (): PartReader => {
  const decoder = new TextDecoder();
  let parts: LanguageModelV4StreamPart[] = [];
  let finishReason: LanguageModelV4FinishReason | undefined;
  let usage: z.infer<typeof chunkSchema>['usage'];
  let calls: ToolCallAssembler | undefined;
  let hasText = false;
  let finished = false;

  const finish = (): void => {
    if (finished || finishReason === undefined) return;
    finished = true;
    if (hasText) parts.push({ type: 'text-end', id: textId });
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
      if (!hasText) parts.push({ type: 'text-start', id: textId });
      hasText = true;
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
