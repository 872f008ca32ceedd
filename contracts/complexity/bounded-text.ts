/**
 * The part of a question that is judged, and its words. Invariant: whatever the length of a text, no rule sees more
 * than `longestPart` characters of it.
 */

/**
 * What a message asks for stands in front of what was pasted, or behind it. 1,500 characters are 250 words: more than
 * nearly every question that was typed.
 */
const edgeLength = 1500;
export const longestPart = 2 * edgeLength + 1;

/** The beginning and the end of a text. A text that is not longer than both is returned as it is. */
export const boundText = (text: string): string =>
  text.length < longestPart ? text : `${text.slice(0, edgeLength)}\n${text.slice(-edgeLength)}`;

/** Accents of Latin and Greek, vowels and hamza of Arabic, nukta of Hindi: people leave them out. */
const marks = /[\u0300-\u036f\u064b-\u0655\u0670\u093c]/gu;
const notAscii = /[^\u0020-\u007e\s]/u;
const notLetters = /[^\p{L}\p{M}\p{N}]+/gu;
/** Letters that have no accent to leave out, and are written without their stroke or dot all the same. */
const plainLetters: ReadonlyMap<string, string> = new Map([
  ['ł', 'l'],
  ['đ', 'd'],
  ['ø', 'o'],
  ['ı', 'i'],
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe'],
]);
const strokes = /[łđøıßæœ]/gu;

/**
 * The words of a text in lower case, without accents, each between single spaces: " prove that " is found at the
 * beginning and at the end of a text too.
 */
export const foldWords = (text: string): string => {
  if (!notAscii.test(text)) return ` ${text.toLowerCase().replace(notLetters, ' ').trim()} `;
  // One character can be as many as eighteen: cut again.
  const folded = text
    .normalize('NFKD')
    .slice(0, 2 * longestPart)
    .toLowerCase()
    .replace(marks, '')
    .normalize('NFC');
  const plain = folded.replace(strokes, (letter) => plainLetters.get(letter) ?? letter);
  return ` ${plain.replace(notLetters, ' ').trim()} `;
};
