/**
 * Makes a title of a question's first words, for a conversation that no model named. Invariant: only the first
 * `readChars` characters are read, however long the question is.
 */

/** Characters of a title, at most. */
export const titleLimit = 80;
const wordsOfTitle = 8;
/** Characters of a question that are read: enough for long words and the space between them. */
const readChars = 1_000;

/** Never empty. */
export const titleFromQuestion = (question: string): string => {
  const words = question
    .trimStart()
    .slice(0, readChars)
    .split(/\s+/)
    .filter((word) => word !== '');
  const kept = words
    .slice(0, wordsOfTitle)
    .join(' ')
    .replace(/[.,;:!?]+$/, '');
  const short = [...kept].slice(0, titleLimit - 1).join('');
  if (short === '') return 'New conversation';
  const capital = short.charAt(0).toLocaleUpperCase('en') + short.slice(1);
  return short.length < kept.length || words.length > wordsOfTitle ? `${capital}…` : capital;
};
