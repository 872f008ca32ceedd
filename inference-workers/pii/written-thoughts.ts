/**
 * What a model wrote as its thoughts, by what readers see of them, for the requests of one run: a provider that signed
 * a thought takes it back only unchanged. Invariant: bounded; what exceeds the bound is forgotten, and then masked as
 * other texts are.
 */
import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';

/** Characters of thoughts that are remembered. */
const mostCharacters = 1024 * 1024;

export interface WrittenThoughts {
  readonly byText: ReadonlyMap<string, string>;
  /** Follows one response. */
  follow(): {
    /** A part as the model sent it. */
    wrote(part: LanguageModelV4StreamPart): void;
    /** A part as it was passed on. */
    passed(part: LanguageModelV4StreamPart): void;
    end(): void;
  };
}

export const createWrittenThoughts = (): WrittenThoughts => {
  const byText = new Map<string, string>();
  let left = mostCharacters;
  return {
    byText,
    follow() {
      const open = new Map<string, { written: string; text: string }>();
      const add = (part: LanguageModelV4StreamPart, side: 'written' | 'text'): void => {
        if (part.type !== 'reasoning-delta') return;
        left -= part.delta.length;
        const thought = open.get(part.id) ?? { written: '', text: '' };
        open.set(part.id, thought);
        if (left >= 0) thought[side] += part.delta;
        else open.clear();
      };
      return {
        wrote: (part) => add(part, 'written'),
        passed: (part) => add(part, 'text'),
        end() {
          if (left < 0) return;
          for (const { written, text } of open.values()) if (text !== '') byText.set(text, written);
        },
      };
    },
  };
};
