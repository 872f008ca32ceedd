/**
 * Counts the tokens of a text by o200k_base: exact for OpenAI's models since GPT-4o. For other hosted models it is an
 * approximation, within about a fifth for English prose; the bill goes by the count that arrives with their usage.
 * Local models bring their own tokenizer. Invariants: the work grows only with the length of the text (the tokenizer's
 * grows with the square of what stands unbroken, so a stretch of letters, signs or spaces beyond `longestPiece` is
 * counted in pieces, at the cost of one token per cut at most); nothing of a text is kept once it is counted.
 */
import { countTokens, setMergeCacheSize } from 'gpt-tokenizer/encoding/o200k_base';
import { O200K_TOKEN_SPLIT_REGEX } from 'gpt-tokenizer/encodingParams/constants';
import type { CountTokens } from '../providers/registry.ts';

/** Characters of a stretch that are counted at once. No token has more than half as many. */
const longestPiece = 256;

/** Markers of special tokens in the text are counted as plain characters. */
const asPlainText = { disallowedSpecial: new Set<string>() };

// The tokenizer's cache is bounded by the number of words, and each of them retains the whole text that it was cut
// from.
setMergeCacheSize(0);

const count = (text: string): number => (text === '' ? 0 : countTokens(text, asPlainText));

const countStretch = (stretch: string): number => {
  let tokens = 0;
  for (let start = 0; start < stretch.length; ) {
    const end = start + longestPiece;
    const partsPair = end < stretch.length && stretch.charCodeAt(end - 1) >> 10 === 0xd800 >> 10;
    const piece = stretch.slice(start, partsPair ? end - 1 : end);
    tokens += count(piece);
    start += piece.length;
  }
  return tokens;
};

export const countO200kTokens: CountTokens = (text) => {
  if (text.length <= longestPiece) return count(text);
  let tokens = 0;
  let counted = 0;
  for (const { 0: stretch, index } of text.matchAll(O200K_TOKEN_SPLIT_REGEX)) {
    if (stretch.length <= longestPiece) continue;
    tokens += count(text.slice(counted, index)) + countStretch(stretch);
    counted = index + stretch.length;
  }
  return tokens + count(text.slice(counted));
};
