/**
 * A byte-level BPE vocabulary, as GPT-2's, small: every byte, some common words with their beginnings, ChatML's
 * markers.
 */

export interface Vocabulary {
  readonly tokens: readonly string[];
  /** `left right`, most important first. */
  readonly merges: readonly string[];
  /** ggml's: 1 normal, 3 control. */
  readonly types: readonly number[];
  /** Tokens that are whole words: the only ones that the random model says. */
  readonly words: ReadonlySet<number>;
  readonly endOfMessage: number;
  readonly endOfText: number;
}

const commonWords =
  'the of and to in is that for it as was with be by on not he his but at are this have from or had an they which one you were all her she there would their we him been has when who will no more if out so up said what its about than into them can only other time new some could these two may first then do any like my now over such our man me even most made after also well way many must before great back through years where much your should down because long each just those people how too good very little world still own see men work get here life both between being under never day same another know while last might us off come since against go came right used take three' as const;

/** GPT-2's mapping of bytes to characters that can be printed. */
const byteCharacters = (): readonly string[] => {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
    if (printable) return String.fromCodePoint(byte);
    next += 1;
    return String.fromCodePoint(next - 1);
  });
};

export const buildVocabulary = (): Vocabulary => {
  const tokens = [...byteCharacters()];
  const space = tokens[32] ?? '';
  const known = new Set(tokens);
  const merges: string[] = [];
  const words = new Set<number>();
  for (const word of commonWords.split(' ')) {
    let piece = space;
    for (const letter of word) {
      const longer = piece + letter;
      if (!known.has(longer)) {
        merges.push(`${piece} ${letter}`);
        known.add(longer);
        tokens.push(longer);
      }
      piece = longer;
    }
    words.add(tokens.indexOf(piece));
  }
  const types = tokens.map(() => 1);
  const control = (token: string): number => {
    types.push(3);
    return tokens.push(token) - 1;
  };
  control('<|im_start|>');
  const endOfMessage = control('<|im_end|>');
  const endOfText = control('<|endoftext|>');
  return { tokens, merges, types, words, endOfMessage, endOfText };
};
