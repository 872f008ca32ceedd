/** A title made of a question's own first words: what a conversation is called when no model gave a better one. */

/** Characters of a title, at most. */
export const titleLimit = 80;
const wordsOfTitle = 8;

/** Never empty. */
export const titleFromQuestion = (question: string): string => {
  const words = question.split(/\s+/).filter((word) => word !== '');
  const kept = words
    .slice(0, wordsOfTitle)
    .join(' ')
    .replace(/[.,;:!?]+$/, '');
  const short = [...kept].slice(0, titleLimit - 1).join('');
  if (short === '') return 'New conversation';
  const capital = short.charAt(0).toLocaleUpperCase('en') + short.slice(1);
  return short.length < kept.length || words.length > wordsOfTitle ? `${capital}…` : capital;
};
