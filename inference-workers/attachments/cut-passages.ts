/**
 * Cuts the text of a file into passages, of which a prompt shows those that fit. Invariants: nothing of the text is
 * lost or changed, so passages that follow each other read as in the file; a passage ends between paragraphs, lines,
 * sentences or words where there are any; time and memory are linear in the text, whatever it contains.
 */
import type { ExtractedPage } from '#contracts/extracted-text.ts';

/** A part of one page. */
export interface PassagePiece {
  /** Place of the page in the file, from 0. */
  readonly place: number;
  /** What stands before the text where it does not follow another piece of its page. */
  readonly label: string;
  readonly text: string;
}

export interface FilePassage {
  readonly pieces: readonly PassagePiece[];
  /** Characters that it has in a prompt at most. */
  readonly size: number;
}

/** Characters of the first passage: the beginning of a file says what it is, and always costs its space. */
const openingSize = 400;
/** Characters of a page's text that a piece has at least, so that long labels do not fill passages. */
const leastText = 64;
/** Characters of a heading that are repeated with each piece. */
const longestHeading = 200;

/** Stands for what is left out. */
const gapMark = '\n\n[...]\n\n';
const separator = '\n\n';

/** The number by which people find a page, and its heading. */
export const pageLabel = ({ page, heading = '' }: Pick<ExtractedPage, 'page' | 'heading'>): string =>
  (page === null ? '' : `[page ${page}]\n`) + (heading === '' ? '' : `${heading}\n`);

const boundaries = [separator, '\n', '. ', '! ', '? ', '。', ' '];

/** Characters of the next piece. */
const pieceLength = (text: string, start: number, most: number): number => {
  if (text.length - start <= most) return text.length - start;
  const window = text.slice(start, start + most);
  for (const boundary of boundaries) {
    const end = window.lastIndexOf(boundary) + boundary.length;
    if (end > most / 2) return end;
  }
  // Half a surrogate pair stays with its other half.
  const last = window.charCodeAt(most - 1);
  return last >= 0xd800 && last <= 0xdbff ? most - 1 : most;
};

/** @param most characters of a passage */
export const cutPassages = (pages: readonly ExtractedPage[], most: number): readonly FilePassage[] => {
  const passages: FilePassage[] = [];
  let pieces: PassagePiece[] = [];
  let size = gapMark.length;
  let limit = Math.min(openingSize, most);
  const close = (): void => {
    passages.push({ pieces, size });
    pieces = [];
    size = gapMark.length;
    limit = most;
  };
  for (const [place, { page, heading = '', text }] of pages.entries()) {
    const label = pageLabel({ page, heading: heading.slice(0, longestHeading).toWellFormed() });
    const around = label.length + separator.length;
    let start = 0;
    while (start < text.length) {
      const space = limit - size - around;
      if (pieces.length > 0 && space < Math.min(text.length - start, limit / 2)) {
        close();
        continue;
      }
      const length = pieceLength(text, start, Math.max(leastText, space));
      pieces.push({ place, label, text: text.slice(start, start + length) });
      size += around + length;
      start += length;
    }
  }
  if (pieces.length > 0) close();
  return passages;
};

/** What a prompt shows of a file: the chosen passages in their order, with a mark where some are left out. */
export const joinPassages = (passages: readonly FilePassage[], chosen: ReadonlySet<number>): string => {
  let text = '';
  let isGap = false;
  let before: number | undefined;
  for (const [index, { pieces }] of passages.entries()) {
    if (!chosen.has(index)) {
      isGap = true;
      continue;
    }
    for (const { place, label, text: piece } of pieces) {
      if (isGap) text += gapMark + label + piece;
      else if (place === before) text += piece;
      else text += (before === undefined ? '' : separator) + label + piece;
      isGap = false;
      before = place;
    }
  }
  return isGap ? text + gapMark.trimEnd() : text;
};
