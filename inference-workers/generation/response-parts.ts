/**
 * Sorts the parts of one response into text and reasoning. Reasoning comes in parts of its own, or else at the
 * beginning of the text between tags (split-thinking.ts). Invariants: what comes out is bounded, whatever the provider
 * sends; reasoning beyond its bound is dropped, and the text goes on.
 */
import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { ModelFault } from './model-fault.ts';
import { createThinkingSplitter, type SplitText } from './split-thinking.ts';

export interface ResponseParts {
  /**
   * What a part brings, which may be nothing so far. Undefined for a part that does not show that the model is at work.
   * Throws a ModelFault where hidden parts do not end.
   */
  take(part: LanguageModelV4StreamPart): SplitText | undefined;
  /** What was undecided at the end of the response. */
  end(): SplitText;
  /** Whether the text has reached its bound. */
  readonly isFull: boolean;
}

export interface ResponseBounds {
  /** Tokens that the request allows. */
  readonly maxOutputTokens: number | undefined;
  /** Characters of reasoning that come out. */
  readonly reasoningCharacters: number;
  /** The response continues a text, so it does not begin with reasoning. */
  readonly continuesText: boolean;
}

/** Characters of one reply. A provider that ignores the token limit of the request is cut off at many times as much. */
const maxTextChars = (maxOutputTokens: number | undefined): number => 65_536 + 32 * (maxOutputTokens ?? 0);

/** Characters of reasoning, of call arguments and of other parts. A model that exceeds them goes in circles. */
const maxHiddenChars = 4 * 1024 * 1024;

const nothing: SplitText = { reasoning: '', text: '' };

export const createResponseParts = (bounds: ResponseBounds): ResponseParts => {
  const splitter = createThinkingSplitter();
  let isSplit = !bounds.continuesText;
  let textLeft = maxTextChars(bounds.maxOutputTokens);
  let reasoningLeft = bounds.reasoningCharacters;
  let hiddenLeft = maxHiddenChars;

  const hide = (characters: number): void => {
    hiddenLeft -= characters;
    if (hiddenLeft < 0) {
      throw new ModelFault('MODEL_ERROR', false, { cause: new Error('The reasoning or the arguments do not end.') });
    }
  };
  const bring = (given: SplitText): SplitText => {
    hide(given.reasoning.length);
    const reasoning = given.reasoning.slice(0, reasoningLeft);
    const text = given.text.slice(0, textLeft);
    reasoningLeft -= reasoning.length;
    textLeft -= text.length;
    return { reasoning, text };
  };
  const end = (): SplitText => bring(splitter.end());

  return {
    take(part) {
      switch (part.type) {
        case 'text-delta':
          return bring(isSplit ? splitter.take(part.delta) : { reasoning: '', text: part.delta });
        case 'reasoning-delta':
          // The server gives reasoning apart, so tags in its text are the text's own.
          if (part.delta.trim() !== '') isSplit = false;
          return bring({ reasoning: part.delta, text: isSplit ? '' : splitter.end().text });
        case 'tool-input-delta':
          hide(part.delta.length);
          return nothing;
        case 'raw':
          hide(1);
          return nothing;
        default:
          return undefined;
      }
    },
    end,
    get isFull() {
      return textLeft === 0;
    },
  };
};
