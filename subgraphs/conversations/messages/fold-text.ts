/**
 * A text as search compares it, without accents and in lower case, and where each part of it comes from. Invariants:
 * it folds as the SQL function fold_text does (migrations/conversations/functions), and takes linear time.
 */

/** Accents, and what changes how a character looks. The same as in the SQL function. */
const ignored = new RegExp(
  [
    '[\\u0300-\\u036f\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe20-\\ufe2f]',
    '[\\u00ad\\u2060\\ufe00-\\ufe0f\\u{1f3fb}-\\u{1f3ff}\\u{e0000}-\\u{e01ef}]',
    '\\u200d',
  ].join('|'),
  'gu',
);
const notAscii = /[\u0080-\uffff]/;

export interface FoldedText {
  /** Decomposed, so that each character can be folded by itself. */
  readonly text: string;
  /** The place in the text as it was written, of each place in `text`, its end included. */
  originOf(place: number): number;
}

export const foldWord = (word: string): string => word.normalize('NFD').replace(ignored, '').toLowerCase();

/** @param most characters that are folded, from the start */
export const foldText = (written: string, most: number): FoldedText => {
  if (!notAscii.test(written)) {
    return { text: written.slice(0, most).toLowerCase(), originOf: (place) => place };
  }
  const known = new Map<string, string>();
  const origins: number[] = [];
  let text = '';
  let origin = 0;
  let count = 0;
  for (const character of written) {
    if (count === most) break;
    count += 1;
    let folded = known.get(character);
    if (folded === undefined) {
      folded = foldWord(character);
      known.set(character, folded);
    }
    for (let unit = 0; unit < folded.length; unit += 1) origins.push(origin);
    text += folded;
    origin += character.length;
  }
  return { text, originOf: (place) => origins[place] ?? origin };
};
