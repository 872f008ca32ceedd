/**
 * The part of a question that is judged. Invariant: whatever the length of a text, no rule sees more than 2 *
 * `partLength` characters of it.
 */

/**
 * What a message asks for stands in front of what was pasted, or behind it. 2,000 characters are 300 words: more than
 * nearly every question that was typed.
 */
export const partLength = 2000;

/** The beginning and the end of a text. A text that is not longer than both is returned as it is. */
export const boundText = (text: string): string =>
  text.length <= 2 * partLength ? text : `${text.slice(0, partLength)}\n${text.slice(-partLength)}`;

const marks = /[\u0300-\u036f\u064b-\u0655]/gu;
const notLetters = /[^\p{L}\p{M}\p{N}]+/gu;

/**
 * The words of a text in lower case without accents, each between single spaces, so that " prove " is found at the
 * beginning and at the end of a text too. Accents are left out because people leave them out.
 */
export const foldWords = (text: string): string => {
  const folded = text.normalize('NFKD').toLowerCase().replace(marks, '').normalize('NFC');
  return ` ${folded.replace(notLetters, ' ').trim()} `;
};
