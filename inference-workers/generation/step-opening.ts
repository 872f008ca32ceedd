/**
 * Opens the text of a step of a reply that follows other text: with a paragraph break in place of the white space that
 * the model begins with, so that the reader does not see the last word of one step joined to the first of the next.
 * Invariant: the indentation of the first line is kept, because it has a meaning in Markdown.
 */

/** Characters of an indentation that are kept. Deeper ones mean nothing. */
const deepest = 80;

/**
 * Returns what is to be written of each text of the step, in turn.
 * @param opening the break before the first word; undefined where the text is written as it comes.
 */
export const createStepOpening = (opening: string | undefined): ((text: string) => string) => {
  let space = '';
  let isOpen = opening === undefined;
  return (text) => {
    if (isOpen) return text;
    const word = text.trimStart();
    space += text.slice(0, text.length - word.length);
    // Only the white space after its last line feed counts.
    space = space.slice(space.lastIndexOf('\n') + 1).slice(-deepest);
    if (word === '') return '';
    isOpen = true;
    return opening + space + word;
  };
};
