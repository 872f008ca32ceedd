/**
 * The calls of tools in one reply, block by block. Some servers number all blocks 0, so a number stands for the block
 * that began last with it. Invariant: calls are emitted only at the end of the reply, so a call
 * with truncated input does not count. Until then each piece is a sign of life.
 */
import { InvalidResponseDataError } from '@ai-sdk/provider';
import { maxToolCallsPerResponse } from '../max-tool-calls.ts';
import type { EmitPart } from '../wire/part-reader.ts';
import { type AnthropicBlock, textIn } from './event.ts';

interface ToolUse {
  /** Stands for the id in the parts of this stream. */
  readonly place: string;
  readonly id: string;
  readonly name: string;
  /** The input that the block began with. It counts where no pieces follow. */
  readonly input: unknown;
  json: string;
}

export interface ToolUses {
  /** @param index the number of the block. Throws where there are too many. */
  start(index: number, block: AnthropicBlock): void;
  /** False where the block is no call. */
  append(index: number, json: unknown): boolean;
  /** To be called when the reply is complete. */
  end(): void;
}

export const createToolUses = (emit: EmitPart): ToolUses => {
  const uses: ToolUse[] = [];
  const latest = new Map<number, ToolUse>();
  return {
    start(index, block) {
      if (uses.length === maxToolCallsPerResponse) {
        throw new InvalidResponseDataError({ data: undefined, message: 'The tool calls do not end.' });
      }
      const [place, name] = [`call-${uses.length}`, textIn(block.name)];
      const use: ToolUse = { place, id: textIn(block.id) || place, name, input: block.input, json: '' };
      uses.push(use);
      latest.set(index, use);
      emit({ type: 'tool-input-start', id: place, toolName: name });
    },
    append(index, json) {
      const use = latest.get(index);
      if (use === undefined) return false;
      const delta = textIn(json);
      use.json += delta;
      emit({ type: 'tool-input-delta', id: use.place, delta });
      return true;
    },
    end() {
      for (const { place, id, name, input: given, json } of uses) {
        emit({ type: 'tool-input-end', id: place });
        const input = json.trim() === '' ? JSON.stringify(given ?? {}) : json;
        emit({ type: 'tool-call', toolCallId: id, toolName: name, input });
      }
    },
  };
};
