/**
 * Cuts text into overlapping windows of bounded length. Invariant: every run of `overlap` characters lies whole in some
 * window, none is longer than `windowLength`, also when its letters are spelled out, and together they are at most
 * seven times the text. What patterns do to one window is thus bounded, and screening is linear in the text whatever
 * the text is.
 */

/** UTF-16 units of a window: most messages are one. */
export const windowLength = 1000;
/** Longer than any phrase that a rule looks for. */
export const windowOverlap = 200;

/**
 * Signs that stand for five letters or more, up to the eighteen of U+FDFA: Arabic phrases, and Japanese units in one
 * square. No rule looks for what they spell, and a text of them would be as many times as long.
 */
const spelledOut =
  /[\u3307\u3315-\u3317\u3319\u331a\u3320\u332b\u332e\u3332\u3334\u3336\u3347\u334a\u3356\u33ae\u33af\ufdfa\ufdfb]/gu;

/**
 * What patterns are matched against: one form for the many ways to write a letter, nothing invisible, single spaces.
 * Look-alike letters of other alphabets stay what they are. At most four times as long as the text.
 */
const normalize = (text: string): string =>
  text
    .replace(spelledOut, ' ')
    .normalize('NFKC')
    .replace(/[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/gu, '')
    .replace(/[\u2018\u2019]/gu, "'")
    .replace(/\s+/gu, ' ');

function* cut(text: string): Generator<string, void, void> {
  for (let start = 0; ; start += windowLength - windowOverlap) {
    yield text.slice(start, start + windowLength);
    if (start + windowLength >= text.length) return;
  }
}

/** The windows, normalized one by one as they are asked for, and cut again where that made them longer. */
export function* textWindows(text: string): Generator<string, void, void> {
  for (const window of cut(text)) yield* cut(normalize(window));
}
