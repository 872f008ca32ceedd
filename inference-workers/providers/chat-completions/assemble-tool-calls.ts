/**
 * Assembles the tool calls of a stream from their pieces. Invariant: calls are emitted only when the response has
 * finished, so a call with truncated arguments does not count. Until then each piece is a sign of life.
 */
import { InvalidResponseDataError, type LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { maxToolCallsPerResponse } from '../max-tool-calls.ts';
import type { ToolCallDelta } from './chunk.ts';
import { createObjectScanner, type ObjectScanner } from './scan-object.ts';

interface PartialCall {
  /** As the provider numbers and names it. Many leave out one or both. */
  readonly index: number | undefined;
  readonly id: string | undefined;
  /** Stands for the id in the parts of this stream. */
  readonly place: string;
  readonly scanner: ObjectScanner;
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

/**
 * Whether a piece belongs to a call, by what it says itself. Servers send whole calls under one number, with or without
 * ids, or under one id; others send a new id with each piece of a call, or repeat its name.
 */
const continues = (call: PartialCall, { id, function: piece }: ToolCallDelta): boolean => {
  const name = piece?.name ?? '';
  if (name === '' || call.name === '') return true;
  if (name !== call.name) return false;
  const text = (piece?.arguments ?? '').trim();
  // A piece without arguments starts a call where its id is a new one, and otherwise adds nothing.
  if (text === '') return !id || id === call.id;
  return !call.scanner.isWhole;
};

/** Whether a piece is the call as it is known already: some servers send it again when it is complete. */
const repeats = (call: PartialCall, { index, id, function: piece }: ToolCallDelta): boolean =>
  Boolean(id) && id === call.id && (index ?? undefined) === call.index && piece?.arguments === call.text;

export const createToolCallAssembler = (): ToolCallAssembler => {
  const calls: PartialCall[] = [];
  let characters = 0;

  /** The call that a piece may continue, by its number and its id. */
  const findPartial = ({ index, id }: ToolCallDelta): PartialCall | undefined => {
    const withId = id ? calls.findLast((call) => call.id === id) : undefined;
    if (index == null) return withId ?? calls.at(-1);
    return calls.findLast((call) => call.index === index) ?? (withId?.index === undefined ? withId : undefined);
  };
  const begin = ({ index, id }: ToolCallDelta): PartialCall => {
    if (calls.length === maxToolCallsPerResponse) throw endless('The tool calls do not end.');
    const place = `call-${calls.length}`;
    const scanner = createObjectScanner();
    const call = { index: index ?? undefined, id: id || undefined, place, scanner, name: '', text: '' };
    calls.push(call);
    return call;
  };
  const readPiece = (delta: ToolCallDelta): readonly LanguageModelV4StreamPart[] => {
    const found = findPartial(delta);
    const known = found !== undefined && continues(found, delta) ? found : undefined;
    if (found !== undefined && known === undefined && repeats(found, delta)) return [];
    const call = known ?? begin(delta);
    const text = delta.function?.arguments ?? '';
    // Some providers repeat the name with each piece; none splits it.
    if (call.name === '') call.name = delta.function?.name ?? '';
    call.text += text;
    call.scanner.read(text);
    characters += text.length;
    if (characters > maxArgumentsCharacters) throw endless('The arguments of the tool calls do not end.');
    const { place: id, name: toolName } = call;
    const started: LanguageModelV4StreamPart[] = known ? [] : [{ type: 'tool-input-start', id, toolName }];
    return text === '' ? started : [...started, { type: 'tool-input-delta', id, delta: text }];
  };

  return {
    read: (deltas) => deltas.flatMap(readPiece),
    end: () =>
      calls.flatMap(({ place, id, name, text }): LanguageModelV4StreamPart[] => [
        { type: 'tool-input-end', id: place },
        { type: 'tool-call', toolCallId: id ?? place, toolName: name, input: text.trim() === '' ? '{}' : text },
      ]),
  };
};
