/**
 * Pairs the runs of `*`, `_` and `~~` of a text, by the rules of CommonMark. A run may open and close several pairs;
 * pairs never cross. Where no opener was found once for a kind of closer, it is not looked for again, so the work is
 * linear in the number of runs.
 */

export interface Delimiter {
  readonly mark: string;
  readonly length: number;
  readonly opens: boolean;
  readonly closes: boolean;
  /** Characters that belong to no pair. */
  left: number;
  /** Widths of the pairs that it closes, innermost first. */
  readonly closing: number[];
  /** Widths of the pairs that it opens, innermost first. */
  readonly opening: number[];
}

const isSpace = (character: string): boolean => character === '' || /\s/.test(character);
const isPunctuation = (character: string): boolean => /[\p{P}\p{S}]/u.test(character);

/** @param before the character in front of the run, `after` the one behind it; empty at the ends of the text */
export const createDelimiter = (run: string, before: string, after: string): Delimiter => {
  const leans = (near: string, far: string): boolean =>
    !isSpace(near) && (!isPunctuation(near) || isSpace(far) || isPunctuation(far));
  const left = leans(after, before);
  const right = leans(before, after);
  const isInWord = run.startsWith('_');
  return {
    mark: run[0] ?? '',
    length: run.length,
    opens: left && (!isInWord || !right || isPunctuation(before)),
    closes: right && (!isInWord || !left || isPunctuation(after)),
    left: run.length,
    closing: [],
    opening: [],
  };
};

const fits = (opener: Delimiter, closer: Delimiter): boolean => {
  if (opener.mark !== closer.mark || !opener.opens || opener.left === 0) return false;
  if (closer.mark === '~') return opener.left === closer.left;
  const isOddPair = (opener.closes || closer.opens) && (opener.length + closer.length) % 3 === 0;
  return !isOddPair || (opener.length % 3 === 0 && closer.length % 3 === 0);
};

const widthOf = (opener: Delimiter, closer: Delimiter): number => {
  if (closer.mark === '~') return closer.left;
  return opener.left > 1 && closer.left > 1 ? 2 : 1;
};

/** Sets the pairs of these runs, in the order of the text. What is between the two of a pair is not paired any more. */
export const pairDelimiters = (delimiters: readonly Delimiter[]): void => {
  const openers: Delimiter[] = [];
  /** Kind of closer -> number of openers below which there is none for it. */
  const searched = new Map<string, number>();
  for (const closer of delimiters) {
    const kind = `${closer.mark}${closer.opens}${closer.length % 3}`;
    while (closer.closes && closer.left > 0) {
      const bottom = closer.mark === '~' ? 0 : (searched.get(kind) ?? 0);
      let index = openers.length - 1;
      for (let steps = 0; index >= bottom && !fits(openers[index] ?? closer, closer); steps += 1) {
        index = steps < 256 ? index - 1 : -1;
      }
      const opener = index >= bottom ? openers[index] : undefined;
      if (!opener) {
        searched.set(kind, openers.length);
        break;
      }
      openers.length = index + 1;
      const width = widthOf(opener, closer);
      opener.left -= width;
      closer.left -= width;
      opener.opening.push(width);
      closer.closing.push(width);
      if (opener.left === 0) openers.pop();
      for (const [name, below] of searched) searched.set(name, Math.min(below, openers.length));
    }
    if (closer.opens && closer.left > 0) openers.push(closer);
  }
};

/**
 * Opens what has no end yet, as if it were at the end of the text. A run that could also close something, as within a
 * word or a product, remains text. Returns how many pairs are to be closed there.
 */
export const openRest = (delimiters: readonly Delimiter[]): number => {
  let count = 0;
  for (const delimiter of delimiters) {
    const { mark, opens, closes, opening } = delimiter;
    if (!opens || closes || (mark === '~' && delimiter.left !== 2)) continue;
    while (delimiter.left > 0) {
      const width = Math.min(2, delimiter.left);
      delimiter.left -= width;
      opening.push(width);
      count += 1;
    }
  }
  return count;
};
