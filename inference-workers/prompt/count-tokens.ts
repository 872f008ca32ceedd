/**
 * Tokens of a text by o200k_base: exact for OpenAI's models since GPT-4o. For other hosted models it is an
 * approximation, within about a fifth for English prose; their own count arrives with the usage and is what is billed.
 * Local models bring their own. Invariants: the work grows with the length of the text and with nothing else: the
 * tokenizer's grows with the square of what stands unbroken, so a run of letters, signs or spaces beyond `longestPiece`
 * is counted in pieces, at the cost of a token for each cut at most; and nothing of a text is kept once it is counted.
 */
import { countTokens, setMergeCacheSize } from 'gpt-tokenizer/encoding/o200k_base';
import { O200K_TOKEN_SPLIT_REGEX } from 'gpt-tokenizer/encodingParams/constants';
import type { CountTokens } from '../providers/registry.ts';

/** Characters that are counted as one run. No token has more than half as many. */
const longestPiece = 256;

/** Markers of special tokens inside the text are counted as the plain characters that they are. */
const asPlainText = { disallowedSpecial: new Set<string>() };

// Its cache is bounded by number, and each word in it holds on to all of the text that it was cut from.
setMergeCacheSize(0);

const count = (text: string): number => (text === '' ? 0 : countTokens(text, asPlainText));

const countRun = (run: string): number => {
  let tokens = 0;
  for (let start = 0; start < run.length; ) {
    const end = start + longestPiece;
    const partsPair = end < run.length && run.charCodeAt(end - 1) >> 10 === 0xd800 >> 10;
    const piece = run.slice(start, partsPair ? end - 1 : end);
    tokens += count(piece);
    start += piece.length;
  }
  return tokens;
};

export const countO200kTokens: CountTokens = (text) => {
  if (text.length <= longestPiece) return count(text);
  let tokens = 0;
  let counted = 0;
  for (const { 0: run, index } of text.matchAll(O200K_TOKEN_SPLIT_REGEX)) {
    if (run.length <= longestPiece) continue;
    tokens += count(text.slice(counted, index)) + countRun(run);
    counted = index + run.length;
  }
  return tokens + count(text.slice(counted));
};
