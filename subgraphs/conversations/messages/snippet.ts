/**
 * The passages of a text that show the words of a search, which stand between <mark> and </mark>. Invariants: the rest
 * is the text as it was written; a snippet is short, however long the text and its words are; and it takes time in
 * proportion to the length of the text.
 */
import { type FoldedText, foldText, foldWord } from './fold-text.ts';

/** Characters of a text that search knows. The same as in the SQL function searchable. */
const searchedCharacters = 50_000;
/** Most words that are looked for. A query can hold more, of one letter each. */
const maxWords = 32;
/** About how long a passage is, in UTF-16 units. */
const passageLength = 160;
/** Units that a passage gives up at either end, so that it begins and ends between two words. */
const slack = 24;
/** Units of one word that are marked. A letter may carry any number of accents. */
const maxMarked = 200;
const between = ' ... ';

/** A place in the text as it was written. */
interface Match {
  readonly start: number;
  readonly end: number;
  /** Index of the word. */
  readonly word: number;
}

interface Passage {
  readonly start: number;
  readonly end: number;
}

/** Letters of scripts that write words without spaces. Such a word is found inside others. */
const unspaced =
  /^[\p{scx=Hang}\p{scx=Hira}\p{scx=Kana}\p{scx=Bopo}\p{scx=Han}\p{scx=Thai}\p{scx=Laoo}\p{scx=Mymr}\p{scx=Khmr}]/u;
const emoji = /^e(?<code>[0-9a-f]{4,5})$/;
const inWord = /^[\p{L}\p{N}\p{M}]/u;
const combining = /^\p{M}/u;
/** What makes another letter of kana. */
const voicing = /^[\u3099\u309a]/;
/** What belongs to the character in front of it. */
const belongsToPrevious = /^(?:\u200d|[\p{M}\p{Emoji_Modifier}\udc00-\udfff])/u;
const space = /\s/;

const characterAt = (text: string, place: number): string => {
  const code = text.codePointAt(place);
  return code === undefined ? '' : String.fromCodePoint(code);
};
const characterBefore = (text: string, place: number): string => {
  const pair = text.slice(Math.max(0, place - 2), place);
  return [...pair].at(-1) ?? '';
};
const continuesWord = (character: string): boolean => inWord.test(character) && !unspaced.test(character);

/** Where a word that starts at `start` ends in the folded text; undefined where it is only a part of something else. */
const endOfWord = ({ text, originOf }: FoldedText, word: string, start: number): number | undefined => {
  let end = start + word.length;
  if (start > 0 && originOf(start - 1) === originOf(start)) return undefined;
  if (unspaced.test(word)) {
    if (voicing.test(characterAt(text, end))) return undefined;
    while (end < text.length && originOf(end - 1) !== originOf(end) && combining.test(characterAt(text, end))) end += 1;
  } else if (inWord.test(word)) {
    const isCut = word.length >= 64;
    if (continuesWord(characterBefore(text, start))) return undefined;
    if (!isCut && continuesWord(characterAt(text, end))) return undefined;
  }
  return originOf(end - 1) === originOf(end) ? undefined : end;
};

const findWord = (folded: FoldedText, word: string, index: number): readonly Match[] => {
  const matches: Match[] = [];
  for (let start = folded.text.indexOf(word); start >= 0; start = folded.text.indexOf(word, start + 1)) {
    const end = endOfWord(folded, word, start);
    if (end === undefined) continue;
    const origin = folded.originOf(start);
    matches.push({ start: origin, end: Math.min(folded.originOf(end), origin + maxMarked), word: index });
  }
  return matches;
};

/** How a word of the index may be written in a text. */
const spellings = (word: string): readonly string[] => {
  const code = emoji.exec(word)?.groups?.['code'];
  const folded = foldWord(word);
  return code === undefined ? [folded] : [folded, String.fromCodePoint(Number.parseInt(code, 16))];
};

const findWords = (written: string, words: readonly string[]): readonly Match[] => {
  const folded = foldText(written, searchedCharacters);
  return words
    .slice(0, maxWords)
    .flatMap((word, index) => spellings(word).flatMap((spelling) => findWord(folded, spelling, index)))
    .toSorted((one, other) => one.start - other.start || one.end - other.end);
};

/** The first stretch of a passage's length with the most different words. */
const densest = (matches: readonly Match[]): Passage | undefined => {
  const counts = new Map<number, number>();
  let best: Passage | undefined;
  let most = 0;
  let last = 0;
  for (const [index, { start, word }] of matches.entries()) {
    for (let next = matches[last]; next && next.end <= start + passageLength - 2 * slack; next = matches[last]) {
      counts.set(next.word, (counts.get(next.word) ?? 0) + 1);
      last += 1;
    }
    if (last === index) {
      // A match that is longer than that, by itself.
      counts.set(word, (counts.get(word) ?? 0) + 1);
      last += 1;
    }
    if (counts.size > most) {
      most = counts.size;
      best = { start, end: matches[last - 1]?.end ?? start };
    }
    const left = (counts.get(word) ?? 0) - 1;
    if (left > 0) counts.set(word, left);
    else counts.delete(word);
  }
  return best;
};

/** Moves an end of a passage between two words if there is a space close by, else between two characters. */
const align = (written: string, place: number, step: 1 | -1): number => {
  if (place <= 0 || place >= written.length) return Math.min(Math.max(place, 0), written.length);
  for (let moved = 0; moved < slack; moved += 1) {
    if (space.test(written.charAt(place + moved * step))) return place + moved * step;
  }
  let aligned = place;
  for (let moved = 0; moved < slack && belongsToPrevious.test(characterAt(written, aligned)); moved += 1)
    aligned -= step;
  return aligned;
};

/** The passage around what it has to show. */
const widen = (written: string, { start, end }: Passage): Passage => {
  const margin = Math.max(slack, Math.floor((passageLength - (end - start)) / 2));
  return {
    start: Math.min(start, align(written, start - margin, 1)),
    end: Math.max(end, align(written, end + margin, -1)),
  };
};

const mark = (written: string, { start, end }: Passage, matches: readonly Match[]): string => {
  let marked = '';
  let place = start;
  let open: { start: number; end: number } | undefined;
  const close = (): void => {
    if (!open) return;
    marked += `${written.slice(place, open.start)}<mark>${written.slice(open.start, open.end)}</mark>`;
    place = open.end;
  };
  for (const match of matches) {
    if (match.start < start || match.end > end) continue;
    if (open && match.start < open.end) {
      open.end = Math.max(open.end, match.end);
    } else {
      close();
      open = { start: match.start, end: match.end };
    }
  }
  close();
  return (marked + written.slice(place, end)).trim();
};

/**
 * One passage, or two if the second shows words that the first does not; the beginning of the text where no word is.
 * @param words as the index has them: folded, pairs of scripts without spaces, emoji by their code
 */
export const snippetOf = (written: string, words: readonly string[]): string => {
  const matches = findWords(written, words);
  const passageOf = (some: readonly Match[]): Passage | undefined => {
    const stretch = densest(some);
    return stretch && widen(written, stretch);
  };
  const first = passageOf(matches);
  if (!first) return mark(written, { start: 0, end: align(written, passageLength, -1) }, []);
  const shown = new Set(
    matches.filter(({ start, end }) => start >= first.start && end <= first.end).map((m) => m.word),
  );
  const second = passageOf(matches.filter(({ word }) => !shown.has(word)));
  if (!second || (second.start < first.end && second.end > first.start)) return mark(written, first, matches);
  return [first, second]
    .toSorted((one, other) => one.start - other.start)
    .map((passage) => mark(written, passage, matches))
    .join(between);
};
