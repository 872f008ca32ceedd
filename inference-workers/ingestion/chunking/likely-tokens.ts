/**
 * How many tokens a text is likely to have, by the script of its characters alone. Invariants: linear in the text, and
 * the sum over the pieces of a text is that of the text, so that pieces can be packed without counting them again.
 */

/** Letters of Latin scripts: four of them are a token, by OpenAI's rule of thumb. */
const latin = 0.25;
/** Cyrillic, Greek, Hebrew, Arabic, Indic scripts, Thai. */
const otherLetters = 0.5;
/** Han, kana, Hangul, emoji. */
const ideographs = 1;

const tokensOf = (code: number): number => {
  if (code < 0x0370) return latin;
  // A character of two units, such as an emoji, is one token.
  return code < 0x2e80 || (code >= 0xd800 && code <= 0xdfff) ? otherLetters : ideographs;
};

export const likelyTokensOf = (text: string): number => {
  let tokens = 0;
  for (let index = 0; index < text.length; index += 1) tokens += tokensOf(text.charCodeAt(index));
  return tokens;
};

/** The length of the longest beginning of a text with at most so many likely tokens, at least one character. */
export const lengthWithin = (text: string, most: number, start = 0): number => {
  let tokens = 0;
  let index = start;
  for (; index < text.length; index += 1) {
    tokens += tokensOf(text.charCodeAt(index));
    if (tokens > most) break;
  }
  const last = text.charCodeAt(index - 1);
  // Half a surrogate pair stays with its other half.
  if (index < text.length && last >= 0xd800 && last <= 0xdbff) index -= 1;
  return Math.max(start + 1, index) - start;
};
