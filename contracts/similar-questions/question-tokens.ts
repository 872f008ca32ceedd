/** The tokens of a question: what counts of it when it is compared. */

/** Words (with a sign behind them, as in C++), numbers, and signs that have a meaning. */
const tokenPattern = /\d+(?:[.,:/]\d+)*|[\p{L}\p{M}][\p{L}\p{M}\p{N}]*(?:'[\p{L}\p{M}]+)*[+#]*|[$€£¥%°§&@=<>^*+/-]/gu;

/** The tokens as they are written. Quotation marks and other punctuation are none. */
export const tokensOf = (text: string): readonly string[] =>
  text.normalize('NFKC').replaceAll('’', "'").match(tokenPattern) ?? [];
