/**
 * Assembles the tool calls of a stream from their pieces. Invariant: calls are emitted only when the response has
 * finished, so a call with truncated arguments does not count. Until then each piece is a sign of life.
 */
import { InvalidResponseDataError, type LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { maxToolCallsPerResponse } from '../max-tool-calls.ts';
import type { ToolCallDelta } from './chunk.ts';

interface PartialCall {
  /** As the provider numbers and names it. Many leave out one or both. */
  readonly index: number | undefined;
  readonly id: string | undefined;
  /** Stands for the id in the parts of this stream. */
  readonly place: string;
  name: string;
  text: string;
}

export interface ToolCallAssembler {
  /** The parts that these pieces make. Throws where the calls or their arguments exceed all bounds. */
  read(deltas: readonly ToolCallDelta[]): readonly LanguageModelV4StreamPart[];
  /** The calls, once the response has finished. */
  end(): readonly LanguageModelV4StreamPart[];
}

/** Characters of the arguments of all calls of one response: more than a model's longest reply has. */
const maxArgumentsCharacters = 1024 * 1024;

const endless = (message: string): InvalidResponseDataError =>
  new InvalidResponseDataError({ data: undefined, message });

export const createToolCallAssembler = (): ToolCallAssembler => {
  const calls: PartialCall[] = [];
  let characters = 0;

  /** The call that a piece continues; undefined where it starts one. */
  const findPartial = ({ index, id }: ToolCallDelta): PartialCall | undefined => {
    if (id) return calls.find((call) => call.id === id);
    return index == null ? calls.at(-1) : calls.findLast((call) => call.index === index);
  };
  const begin = ({ index, id }: ToolCallDelta): PartialCall => {
    if (calls.length === maxToolCallsPerResponse) throw endless('The tool calls do not end.');
    const call = { index: index ?? undefined, id: id || undefined, place: `call-${calls.length}`, name: '', text: '' };
    calls.push(call);
    return call;
  };

  return {
    read: (deltas) =>
      deltas.flatMap((delta): LanguageModelV4StreamPart[] => {
        const known = findPartial(delta);
        const call = known ?? begin(delta);
        const text = delta.function?.arguments ?? '';
        // Some providers repeat the name with each piece; none splits it.
        if (call.name === '') call.name = delta.function?.name ?? '';
        call.text += text;
        characters += text.length;
        if (characters > maxArgumentsCharacters) {
          throw endless('The arguments of the tool calls do not end.');
        }
        const { place: id, name: toolName } = call;
        const started: LanguageModelV4StreamPart[] = known ? [] : [{ type: 'tool-input-start', id, toolName }];
        return text === '' ? started : [...started, { type: 'tool-input-delta', id, delta: text }];
      }),
    end: () =>
      calls.flatMap(({ place, id, name, text }): LanguageModelV4StreamPart[] => [
        { type: 'tool-input-end', id: place },
        { type: 'tool-call', toolCallId: id ?? place, toolName: name, input: text.trim() === '' ? '{}' : text },
      ]),
  };
};
