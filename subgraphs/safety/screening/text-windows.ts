/**
 * Cuts text into overlapping windows of bounded length. Invariant: every run of `overlap` characters lies whole in some window,
 * and the windows together are at most `length / (length - overlap)` times the text, plus one. What patterns do to one window is thus
 * bounded, and screening is linear in the text whatever the text is.
 */

/** UTF-16 units of a window: most messages are one. */
export const windowLength = 1000;
/** Longer than any phrase that a rule looks for. */
export const windowOverlap = 200;

/**
 * What patterns are matched against: one form for the many ways to write a letter, nothing invisible, single spaces.
 * Look-alike letters of other alphabets stay what they are.
 */
const normalize = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/gu, '')
    .replace(/[\u2018\u2019]/gu, "'")
    .replace(/\s+/gu, ' ');

/** The windows, normalized one by one as they are asked for. */
export function* textWindows(text: string): Generator<string, void, void> {
  for (let start = 0; ; start += windowLength - windowOverlap) {
    yield normalize(text.slice(start, start + windowLength));
    if (start + windowLength >= text.length) return;
  }
}
