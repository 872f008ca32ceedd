/**
 * Notices a model that goes in circles: text that ends in one cycle (a word, a sentence, some lines) for so long that
 * nobody can want more of it. What repeats for good reasons gets more room: code, tables, data. Invariants: only exact
 * repetition counts, so a numbered list or a refrain between verses never does; memory is bounded, and the work for
 * each character is constant.
 */

export interface RepetitionGuard {
  /** Takes the next text of the reply. Returns whether the reply goes in circles. */
  goesInCircles(text: string): boolean;
}

/**
 * Characters that a cycle must cover in prose, about 750 tokens. The longest chant of a well-known song that was found
 * has 2,450 characters.
 */
const longestInProse = 3_000;
/** Likewise in code, tables and data: a zero matrix of 64 rows and columns has 12,300 characters. */
const longestInData = 16_000;
/** Characters of the longest cycle that is looked for: a few paragraphs. */
const longestCycle = 2_000;
/** Times that a cycle must be there, so that a stanza that comes twice is none. */
const leastTimes = 4;
/** Characters between two looks. */
const lookEvery = 256;
/** Characters at the end that are looked for further up. */
const probeLength = 32;
const fence = /^ {0,3}(```|~~~)/;
/** Characters of a line by which a fence or the row of a table is recognized. */
const openingLength = 6;

/** Whether the end of the text may repeat something: it is there once more, not far above. */
const mayRepeat = (text: string): boolean => {
  const end = text.length - probeLength;
  return text.lastIndexOf(text.slice(end), end - 1) >= Math.max(0, end - longestCycle);
};

/**
 * The length of the cycle with which the text ends, where it covers at least `length` characters; else undefined. Reads
 * the text backwards, with the prefix function of Knuth, Morris and Pratt: it has the shortest cycle of each ending.
 */
const cycleAtEnd = (text: string, length: number): number | undefined => {
  if (!mayRepeat(text)) return undefined;
  const most = Math.min(text.length, Math.max(length, leastTimes * longestCycle));
  const charAt = (index: number): number => text.charCodeAt(text.length - 1 - index);
  const borders = new Uint16Array(most);
  let border = 0;
  for (let index = 1; index < most; index += 1) {
    while (border > 0 && charAt(index) !== charAt(border)) border = borders[border - 1] ?? 0;
    if (charAt(index) === charAt(border)) border += 1;
    borders[index] = border;
    const covered = index + 1;
    const cycle = covered - border;
    if (covered >= length && leastTimes * cycle <= covered) return cycle;
    // A longer ending has no shorter cycle.
    if (cycle > longestCycle) return undefined;
  }
  return undefined;
};

/** Follows the lines of a reply: whether its end is in fenced code, in a table, or in a reply that is all data. */
const createPlace = () => {
  let opening = '';
  let isInFence = false;
  let isData: boolean | undefined;
  return {
    follow(text: string): void {
      if (isData === undefined && text.trim() !== '') isData = /^[[{<]/.test(text.trimStart());
      let from = 0;
      for (;;) {
        const end = text.indexOf('\n', from);
        if (opening.length < openingLength) {
          const line = text.slice(from, end === -1 ? undefined : end);
          opening = (opening + line).slice(0, openingLength);
        }
        if (end === -1) return;
        if (fence.test(opening)) isInFence = !isInFence;
        opening = '';
        from = end + 1;
      }
    },
    get isProse(): boolean {
      return !isInFence && !isData && !opening.startsWith('|');
    },
  };
};

/** Numbers and signs without a letter are data wherever they stand; white space and dots are not. */
const isNumbers = (cycle: string): boolean => /\d/.test(cycle) && !/\p{L}/u.test(cycle);

/** @param before the text that the reply has already */
export const createRepetitionGuard = (before: string): RepetitionGuard => {
  const place = createPlace();
  let tail = '';
  let unseen = 0;
  const take = (text: string): void => {
    place.follow(text);
    tail += text;
    if (tail.length > 2 * longestInData) tail = tail.slice(-longestInData);
    unseen += text.length;
  };
  take(before);
  return {
    goesInCircles(text) {
      take(text);
      if (unseen < lookEvery) return false;
      unseen = 0;
      const cycle = cycleAtEnd(tail, longestInProse);
      if (cycle === undefined) return false;
      return (place.isProse && !isNumbers(tail.slice(-cycle))) || cycleAtEnd(tail, longestInData) !== undefined;
    },
  };
};
