/**
 * Cuts text into overlapping windows of bounded length. Invariant: every substring of `windowOverlap` characters lies
 * in some window, no window is longer than `windowLength` even after normalization, and together they are at most seven
 * times the text. This bounds what patterns do to one window, so screening is linear in the text, whatever the text is.
 */

/** UTF-16 units of a window. Most messages fit into one. */
export const windowLength = 1000;
/** Longer than any phrase that a rule looks for. */
export const windowOverlap = 200;

/**
 * Signs that normalize to five letters or more, up to the eighteen of U+FDFA: Arabic phrases, and Japanese units in one
 * square. No rule looks for what they spell, and a text of them would grow accordingly.
 */
const expandingSigns =
  /[\u3307\u3315-\u3317\u3319\u331a\u3320\u332b\u332e\u3332\u3334\u3336\u3347\u334a\u3356\u33ae\u33af\ufdfa\ufdfb]/gu;

/** What has no width, and what only joins or directs other signs. */
export const invisibleSigns = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/gu;

/** Most text has none of these, and is normal as it is. */
const notNormal = /[^\x20-\x7e]| {2}/;

/**
 * The form that patterns are matched against: one form for the many ways to write a letter, nothing invisible, single
 * spaces. Look-alike letters of other alphabets are not replaced. At most four times as long as the text.
 */
export const normalizeText = (text: string): string => {
  if (!notNormal.test(text)) return text;
  return text
    .replace(expandingSigns, ' ')
    .normalize('NFKC')
    .replace(invisibleSigns, '')
    .replace(/[\u2018\u2019]/gu, "'")
    .replace(/\s+/gu, ' ');
};

function* cut(text: string): Generator<string, void, void> {
  for (let start = 0; ; start += windowLength - windowOverlap) {
    yield text.slice(start, start + windowLength);
    if (start + windowLength >= text.length) return;
  }
}

/** The windows, normalized one by one as they are consumed, and cut again if normalization made them longer. */
export function* textWindows(text: string): Generator<string, void, void> {
  for (const window of cut(text)) yield* cut(normalizeText(window));
}
