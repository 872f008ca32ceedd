/**
 * Divides the text of a page into what a chunk never cuts: headings, sentences, rows of tables and lines of lists. Only
 * a unit that is longer than a chunk is cut, between words where there are any. Invariants: nothing but white space is
 * lost; the order stays; time is linear in the text, whatever it contains, because each scan only goes forward.
 */
import { lengthWithin, likelyTokensOf } from './likely-tokens.ts';

export interface TextUnit {
  readonly kind: 'heading' | 'sentence' | 'row';
  readonly text: string;
  /** Likely ones, with the white space before the unit. */
  readonly tokens: number;
  /** Whether the unit begins a line, so that it does not follow the one before with a space. */
  readonly startsLine: boolean;
  /** Whether an empty line is before it. */
  readonly startsParagraph: boolean;
  /** Of a heading: 1 is the highest. */
  readonly level: number;
}

/** Characters of a heading at most. A longer line that looks like one is a paragraph. */
const longestHeading = 200;
const sentenceEnds = new Set('.!?。！？…।؟');
/** What may follow the end of a sentence and belongs to it. */
const closing = new Set('"\'”’»)]』」）');
/** Words before a full stop that do not end a sentence, in the languages of manuals and contracts. */
const abbreviations = new Set(
  'no nr art abs gem bzw z.b d.h ca vgl inkl evtl max min tel e.g i.e etc dr mr mrs ms st fig p.ex cf ej núm ecc sig pág bijv'.split(
    ' ',
  ),
);

const isSpace = (character: string): boolean => character.trim() === '' && character !== '';

const wordBefore = (line: string, end: number): string => {
  let start = end;
  while (start > 0 && end - start < 12 && !isSpace(line.charAt(start - 1))) start -= 1;
  return line.slice(start, end).toLowerCase();
};

/** Whether the full stop at this place is one within a sentence: of a number, an abbreviation or an initial. */
const isWithin = (line: string, place: number): boolean => {
  if (line.charAt(place) !== '.') return false;
  const word = wordBefore(line, place);
  return abbreviations.has(word) || /^\p{L}$|^\d{1,2}$/u.test(word);
};

const sentencesOf = (line: string): readonly string[] => {
  const sentences: string[] = [];
  let start = 0;
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index);
    if (!sentenceEnds.has(character)) continue;
    let end = index + 1;
    while (end < line.length && (sentenceEnds.has(line.charAt(end)) || closing.has(line.charAt(end)))) end += 1;
    const next = line.charAt(end);
    const isEnd = next === '' || (isSpace(next) ? !isWithin(line, index) : character > '⺀');
    if (isEnd) {
      sentences.push(line.slice(start, end).trim());
      start = end;
    }
    index = end - 1;
  }
  sentences.push(line.slice(start).trim());
  return sentences.filter((sentence) => sentence !== '');
};

/** The pieces of a unit that is longer than a chunk. */
const cutToSize = (text: string, most: number): readonly string[] => {
  const pieces: string[] = [];
  for (let start = 0; start < text.length; ) {
    let length = lengthWithin(text, most, start);
    if (start + length < text.length) {
      const space = text.slice(start, start + length).lastIndexOf(' ');
      if (space > length / 2) length = space;
    }
    pieces.push(text.slice(start, start + length).trim());
    start += length;
  }
  return pieces.filter((piece) => piece !== '');
};

/** A heading of Markdown, or a numbered one as contracts have them: "§ 5 Term", "3.2 Maintenance". */
const headingOf = (line: string): { readonly level: number; readonly text: string } | undefined => {
  if (line.length > longestHeading) return undefined;
  const marked = /^(#{1,6}) +(\S.*)$/.exec(line);
  if (marked?.[1] && marked[2]) return { level: marked[1].length, text: marked[2].replace(/ +#+$/, '') };
  if (line.length > 80 || /[.!?;:,|]$/.test(line)) return undefined;
  const numbered =
    /^(?:§ ?\d{1,3}|(?:\d{1,3}\.){1,4}\d{0,3}|(?:Article|Artikel|Artículo|Articolo) \d{1,3}) +\p{Lu}/u.exec(line);
  return numbered ? { level: Math.min(6, 1 + (line.match(/\./g)?.length ?? 0)), text: line } : undefined;
};

const isRow = (line: string): boolean => line.includes('\t') || (line.match(/\|/g)?.length ?? 0) > 1;
const isListItem = (line: string): boolean => /^(?:[-*•+]|\d{1,3}[.)]|\p{L}\)) /u.test(line);
/** The line of a Markdown table that separates its header. */
const isRule = (line: string): boolean => /^[\s|:-]+$/.test(line) && line.includes('-');

/** Two characters at most. */
const gapTokens = 0.5;

/** @param most likely tokens of a unit */
export function* textUnits(text: string, most: number): Generator<TextUnit> {
  let startsParagraph = true;
  let continues = false;
  let from = 0;
  while (from < text.length) {
    const newline = text.indexOf('\n', from);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(from, end).trim();
    from = end + 1;
    if (line === '') {
      startsParagraph = true;
      continues = false;
      continue;
    }
    const heading = headingOf(line);
    const row = heading === undefined && isRow(line);
    if (row && isRule(line)) continue;
    const kind = heading ? 'heading' : row ? 'row' : 'sentence';
    // A line of prose may be the rest of the one before, as in the text of a PDF.
    const startsLine = !continues || kind !== 'sentence' || isListItem(line);
    const whole = kind === 'sentence' ? sentencesOf(line) : [heading?.text ?? line];
    let isFirst = true;
    for (const one of whole) {
      for (const piece of likelyTokensOf(one) + gapTokens > most ? cutToSize(one, most - gapTokens) : [one]) {
        const begins = isFirst && startsLine;
        const level = heading?.level ?? 0;
        const tokens = likelyTokensOf(piece) + gapTokens;
        yield { kind, text: piece, tokens, startsLine: begins, startsParagraph, level };
        startsParagraph = false;
        isFirst = false;
      }
    }
    continues = kind === 'sentence';
  }
}
