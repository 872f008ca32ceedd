/**
 * How Anthropic's Messages API writes a reply, in events or in one piece. Invariant: the reply has ended well only when
 * its reason has come; the counts of tokens before that are those of a part.
 */
import { InvalidResponseDataError, type LanguageModelV4FinishReason } from '@ai-sdk/provider';
import type { EmitPart, ReplyFormat } from '../wire/part-reader.ts';
import { isError } from '../wire/provider-error.ts';
import {
  type AnthropicBlock,
  type AnthropicEvent,
  type AnthropicUsage,
  bodySchema,
  eventSchema,
  eventTypeSchema,
  finishReasonOf,
  mergeUsage,
  textIn,
  usageOf,
} from './event.ts';
import { createToolUses } from './tool-uses.ts';

const noUsage: AnthropicUsage = {
  input_tokens: undefined,
  cache_creation_input_tokens: undefined,
  cache_read_input_tokens: undefined,
  output_tokens: undefined,
};
/** Blocks of other kinds that one reply may have. */
const mostForeignBlocks = 1_024;
const ownBlocks: ReadonlySet<string> = new Set(['text', 'tool_use', 'thinking', 'redacted_thinking']);

/** The thoughts of each block, and what the API wants back with them. */
const createThoughts = (emit: EmitPart) => ({
  take(index: number, delta: string): void {
    if (delta !== '') emit({ type: 'reasoning-delta', id: `thinking-${index}`, delta });
  },
  sign(index: number, name: 'signature' | 'redactedData', value: string): void {
    const id = `thinking-${index}`;
    if (value !== '') {
      emit({ type: 'reasoning-delta', id, delta: '', providerMetadata: { anthropic: { [name]: value } } });
    }
  },
});

export const createMessageFormat = (emit: EmitPart): ReplyFormat => {
  const [toolUses, thoughts] = [createToolUses(emit), createThoughts(emit)];
  /** Indexes of blocks of other kinds. */
  const foreign = new Set<number>();
  let finishReason: LanguageModelV4FinishReason | undefined;
  let usage: AnthropicUsage | undefined;
  let hasText = false;
  let finished = false;

  const isComplete = (): boolean => finishReason !== undefined && finishReason.unified !== 'error';
  const noteUsage = (reported: AnthropicUsage | null | undefined): void => {
    if (reported) usage = mergeUsage(usage ?? noUsage, reported);
  };
  const noteReason = (raw: string | null | undefined): void => {
    if (raw) finishReason = finishReasonOf(raw);
  };
  const takeText = (delta: string): void => {
    if (delta === '') return;
    if (!hasText) emit({ type: 'text-start', id: 'text' });
    hasText = true;
    emit({ type: 'text-delta', id: 'text', delta });
  };
  const startBlock = (index: number, block: AnthropicBlock): void => {
    const { type, text } = block;
    if (ownBlocks.has(type)) foreign.delete(index);
    else foreign.add(index);
    if (foreign.size > mostForeignBlocks) {
      throw new InvalidResponseDataError({ data: undefined, message: 'The blocks do not end.' });
    }
    if (type === 'text') takeText(textIn(text));
    if (type === 'thinking') {
      thoughts.take(index, textIn(block.thinking));
      thoughts.sign(index, 'signature', textIn(block.signature));
    }
    if (type === 'redacted_thinking') thoughts.sign(index, 'redactedData', textIn(block.data));
    if (type === 'tool_use') toolUses.start(index, block);
  };
  const continueBlock = (index: number, delta: NonNullable<AnthropicEvent['delta']>): void => {
    if (delta.type === 'text_delta' && !foreign.has(index)) {
      takeText(textIn(delta.text));
      return;
    }
    if (delta.type === 'input_json_delta' && toolUses.append(index, delta.partial_json)) return;
    if (delta.type === 'thinking_delta') thoughts.take(index, textIn(delta.thinking));
    else if (delta.type === 'signature_delta') thoughts.sign(index, 'signature', textIn(delta.signature));
    // Not for the reader, but a sign of life.
    else emit({ type: 'raw', rawValue: delta.type });
  };
  const take = (event: AnthropicEvent): void => {
    const { type, message, index, content_block: block, delta } = event;
    switch (type) {
      case 'message_start':
        noteUsage(message?.usage);
        noteReason(message?.stop_reason);
        break;
      case 'content_block_start':
        if (block) startBlock(index ?? 0, block);
        break;
      case 'content_block_delta':
        if (delta) continueBlock(index ?? 0, delta);
        break;
      case 'message_delta':
        noteUsage(event.usage);
        noteReason(delta?.stop_reason);
        break;
      case 'message_stop':
        end();
        break;
    }
  };
  const end = (): void => {
    if (finished || finishReason === undefined) return;
    finished = true;
    if (hasText) emit({ type: 'text-end', id: 'text' });
    if (isComplete()) toolUses.end();
    emit({ type: 'finish', finishReason, usage: usageOf(usage) });
  };
  const fail = (error: unknown): void => {
    if (!isComplete()) emit({ type: 'error', error });
  };

  return {
    get isComplete() {
      return isComplete();
    },
    onValue(value) {
      if (finished) return;
      if (isError(value)) fail(value);
      else if (eventTypeSchema.safeParse(value).success) take(eventSchema.parse(value));
    },
    onBody(value) {
      const { content, stop_reason, usage: reported } = bodySchema.parse(value);
      if (!content) {
        fail(value);
        return;
      }
      for (const [index, block] of content.entries()) startBlock(index, block);
      noteUsage(reported);
      noteReason(stop_reason ?? 'end_turn');
    },
    onEnd: end,
  };
};
