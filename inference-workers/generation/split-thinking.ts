/**
 * Splits the reasoning off the beginning of a response's text. Local models (DeepSeek R1, Qwen 3, QwQ) write it there
 * between `<think>` and `</think>` where their server does not give it apart. Invariants: any division of a response
 * into pieces gives the same reasoning and the same text; a tag that other text precedes is text, so code and prose
 * about such tags stay as they are; without its end, everything is reasoning.
 */

export interface SplitText {
  readonly reasoning: string;
  readonly text: string;
}

export interface ThinkingSplitter {
  /** What the next piece of the response brings, as far as that is decided. */
  take(piece: string): SplitText;
  /** What is left undecided at the end of the response. */
  end(): SplitText;
}

/** White space before the tag. More of it is the text's own. */
const opening = /^\s{0,16}<(think|thinking)>/;
const openingBegins = /^\s{0,16}(?:<(?:t(?:h(?:i(?:n(?:k(?:i(?:n(?:g)?)?)?)?)?)?)?)?)?$/;

/** Characters at the end of the text that may be the beginning of the mark. */
const begunAtEnd = (text: string, mark: string): number => {
  for (let length = Math.min(text.length, mark.length - 1); length > 0; length -= 1) {
    if (text.endsWith(mark.slice(0, length))) return length;
  }
  return 0;
};

export const createThinkingSplitter = (): ThinkingSplitter => {
  let place: 'BEFORE' | 'THINKING' | 'TEXT' = 'BEFORE';
  let closing = '';
  let held = '';

  const takeThinking = (): SplitText => {
    const at = held.indexOf(closing);
    if (at === -1) {
      const decided = held.length - begunAtEnd(held, closing);
      const reasoning = held.slice(0, decided);
      held = held.slice(decided);
      return { reasoning, text: '' };
    }
    place = 'TEXT';
    const [reasoning, text] = [held.slice(0, at), held.slice(at + closing.length)];
    held = '';
    return { reasoning, text };
  };

  return {
    take(piece) {
      if (place === 'TEXT') return { reasoning: '', text: piece };
      held += piece;
      if (place === 'THINKING') return takeThinking();
      const found = opening.exec(held);
      if (found) {
        place = 'THINKING';
        closing = `</${found[1]}>`;
        held = held.slice(found[0].length);
        return takeThinking();
      }
      if (openingBegins.test(held)) return { reasoning: '', text: '' };
      place = 'TEXT';
      const text = held;
      held = '';
      return { reasoning: '', text };
    },
    end() {
      const rest = held;
      held = '';
      if (place === 'THINKING') return { reasoning: rest, text: '' };
      place = 'TEXT';
      return { reasoning: '', text: rest };
    },
  };
};
