/**
 * Turns the bytes of a provider's response into parts of the provider interface, by the provider's format. Invariant:
 * what follows a complete reply is ignored, whatever it is, apart from the usage.
 */
import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { createEventReader } from './event-reader.ts';

export interface PartReader {
  /** The parts that these bytes complete. Where the format is broken, an error part follows the parts before it. */
  read(bytes: Uint8Array): readonly LanguageModelV4StreamPart[];
  /** Whether the reply has ended well. The usage may follow. */
  readonly isComplete: boolean;
  /** The parts that are due at the end of the bytes; without a finish where the response ended before its time. */
  end(): readonly LanguageModelV4StreamPart[];
}

/** How a provider writes replies. It throws where a value has a wrong form. */
export interface ReplyFormat {
  /** Whether the reply has ended well: its text and its calls are complete. */
  readonly isComplete: boolean;
  onValue(value: unknown): void;
  /** For a response that is not a stream. */
  onBody(value: unknown): void;
  /** The end of the reply: emits the finish, unless it has, or the reply is not complete. */
  onEnd(): void;
}

export type EmitPart = (part: LanguageModelV4StreamPart) => void;

export const createPartReader = (createFormat: (emit: EmitPart) => ReplyFormat): PartReader => {
  let parts: LanguageModelV4StreamPart[] = [];
  const format = createFormat((part) => {
    parts.push(part);
  });
  const onError = (error: unknown): void => {
    if (!format.isComplete) parts.push({ type: 'error', error });
  };
  const unlessBroken = (take: (value: unknown) => void) => (value: unknown) => {
    try {
      take(value);
    } catch (error) {
      onError(error);
    }
  };
  const reader = createEventReader({
    onValue: unlessBroken((value) => format.onValue(value)),
    onBody: unlessBroken((value) => format.onBody(value)),
    onError,
    onEndMark: () => format.onEnd(),
  });
  const taken = (): readonly LanguageModelV4StreamPart[] => {
    const all = parts;
    parts = [];
    return all;
  };
  return {
    get isComplete() {
      return format.isComplete;
    },
    read(bytes) {
      reader.read(bytes);
      return taken();
    },
    end() {
      reader.end();
      format.onEnd();
      return taken();
    },
  };
};
