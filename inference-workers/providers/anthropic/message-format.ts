/**
 * How Anthropic's Messages API writes a reply, in events or in one piece. Invariant: the reply has ended well only when
 * its reason has come; the counts of tokens before that are those of a part.
 */
import { InvalidResponseDataError, type LanguageModelV4FinishReason } from '@ai-sdk/provider';
import { maxToolCallsPerResponse } from '../max-tool-calls.ts';
import type { EmitPart, ReplyFormat } from '../wire/part-reader.ts';
import { isError } from '../wire/provider-error.ts';
import {
  type AnthropicBlock,
  type AnthropicEvent,
  type AnthropicUsage,
  bodySchema,
  eventSchema,
  finishReasonOf,
  mergeUsage,
  usageOf,
} from './event.ts';

interface ToolUse {
  readonly id: string;
  readonly name: string;
  /** The input that the block began with. It counts where no pieces follow. */
  readonly input: unknown;
  json: string;
}

const noUsage: AnthropicUsage = {
  input_tokens: undefined,
  cache_creation_input_tokens: undefined,
  cache_read_input_tokens: undefined,
  output_tokens: undefined,
};
const ownBlocks: ReadonlySet<string> = new Set(['text', 'tool_use', 'thinking']);

export const createMessageFormat = (emit: EmitPart): ReplyFormat => {
  const toolUses = new Map<number, ToolUse>();
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
  const takeText = (delta: string | null | undefined): void => {
    if (!delta) return;
    if (!hasText) emit({ type: 'text-start', id: 'text' });
    hasText = true;
    emit({ type: 'text-delta', id: 'text', delta });
  };
  const startBlock = (index: number, { type, text, id, name, input }: AnthropicBlock): void => {
    if (!ownBlocks.has(type)) foreign.add(index);
    if (type === 'text') takeText(text);
    if (type !== 'tool_use') return;
    if (toolUses.size === maxToolCallsPerResponse) {
      throw new InvalidResponseDataError({ data: undefined, message: 'The tool calls do not end.' });
    }
    toolUses.set(index, { id: id || `call-${index}`, name: name ?? '', input, json: '' });
    emit({ type: 'tool-input-start', id: `call-${index}`, toolName: name ?? '' });
  };
  const continueBlock = (index: number, delta: NonNullable<AnthropicEvent['delta']>): void => {
    const toolUse = toolUses.get(index);
    if (delta.type === 'text_delta' && !foreign.has(index)) {
      takeText(delta.text);
    } else if (delta.type === 'input_json_delta' && toolUse !== undefined) {
      const json = delta.partial_json ?? '';
      toolUse.json += json;
      emit({ type: 'tool-input-delta', id: `call-${index}`, delta: json });
    } else {
      // Not for the reader, but a sign of life.
      emit({ type: 'reasoning-delta', id: 'thinking', delta: delta.thinking || ' ' });
    }
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
    for (const [index, { id, name, input, json }] of isComplete() ? toolUses : []) {
      emit({ type: 'tool-input-end', id: `call-${index}` });
      const given = json.trim() === '' ? JSON.stringify(input ?? {}) : json;
      emit({ type: 'tool-call', toolCallId: id, toolName: name, input: given });
    }
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
      else take(eventSchema.parse(value));
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
