/**
 * Puts the tool calls of a stream together from their pieces. Invariant: a call is told only when the answer has
 * finished, so what was cut in its arguments is no call; until then each piece is a sign of life.
 */
import { InvalidResponseDataError, type LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { maxToolCallsPerResponse } from '../max-tool-calls.ts';
import type { ToolCallDelta } from './chunk.ts';

interface Gathered {
  /** As the provider numbers and names it; many leave out one or both. */
  readonly index: number | undefined;
  readonly id: string | undefined;
  /** In place of an id, for the parts of this stream. */
  readonly place: string;
  name: string;
  text: string;
}

export interface ToolCallAssembler {
  /** Parts that these pieces make. Throws where the calls or their arguments grow past all measure. */
  read(deltas: readonly ToolCallDelta[]): readonly LanguageModelV4StreamPart[];
  /** The calls, once the answer has finished. */
  end(): readonly LanguageModelV4StreamPart[];
}

/** Characters of the arguments of all calls of one answer: more than the longest answer of a model has. */
const maxArgumentsCharacters = 1024 * 1024;

const endless = (message: string): InvalidResponseDataError =>
  new InvalidResponseDataError({ data: undefined, message });

export const createToolCallAssembler = (): ToolCallAssembler => {
  const calls: Gathered[] = [];
  let characters = 0;

  /** The call that a piece goes on with; undefined where it begins one. */
  const begunCall = ({ index, id }: ToolCallDelta): Gathered | undefined => {
    if (id) return calls.find((call) => call.id === id);
    return index == null ? calls.at(-1) : calls.findLast((call) => call.index === index);
  };
  const begin = ({ index, id }: ToolCallDelta): Gathered => {
    if (calls.length === maxToolCallsPerResponse) throw endless('The tool calls do not end.');
    const call = { index: index ?? undefined, id: id || undefined, place: `call-${calls.length}`, name: '', text: '' };
    calls.push(call);
    return call;
  };

  return {
    read: (deltas) =>
      deltas.flatMap((delta): LanguageModelV4StreamPart[] => {
        const begun = begunCall(delta);
        const call = begun ?? begin(delta);
        const text = delta.function?.arguments ?? '';
        // Some repeat the name with each piece; none writes it in pieces.
        if (call.name === '') call.name = delta.function?.name ?? '';
        call.text += text;
        characters += text.length;
        if (characters > maxArgumentsCharacters) {
          throw endless('The arguments of the tool calls do not end.');
        }
        const { place: id, name: toolName } = call;
        const started: LanguageModelV4StreamPart[] = begun ? [] : [{ type: 'tool-input-start', id, toolName }];
        return text === '' ? started : [...started, { type: 'tool-input-delta', id, delta: text }];
      }),
    end: () =>
      calls.flatMap(({ place, id, name, text }): LanguageModelV4StreamPart[] => [
        { type: 'tool-input-end', id: place },
        { type: 'tool-call', toolCallId: id ?? place, toolName: name, input: text.trim() === '' ? '{}' : text },
      ]),
  };
};
