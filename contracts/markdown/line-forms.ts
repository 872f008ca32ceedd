/**
 * What a line of Markdown can begin, decided from that line alone. Every expression here runs in time linear in the
 * line: none has a repetition inside a repetition that match the same characters.
 */
import type { Alignment } from './block.ts';

/** Columns of white space before the text; a tab goes to the next multiple of four. */
export const indentOf = (line: string): number => {
  let column = 0;
  for (let index = 0; index < line.length; index += 1) {
    if (line[index] === ' ') column += 1;
    else if (line[index] === '\t') column += 4 - (column % 4);
    else break;
  }
  return column;
};

/** The line without so many columns of white space, or without all that it has. */
export const dropIndent = (line: string, columns: number): string => {
  let column = 0;
  let index = 0;
  while (column < columns) {
    if (line[index] === ' ') column += 1;
    else if (line[index] === '\t') column += 4 - (column % 4);
    else break;
    index += 1;
  }
  return ' '.repeat(Math.max(0, column - columns)) + line.slice(index);
};

export const isBlank = (line: string): boolean => line.trim() === '';

export interface FenceOpening {
  readonly mark: '`' | '~';
  readonly length: number;
  readonly indent: number;
  readonly language: string;
}

export const readFence = (line: string): FenceOpening | undefined => {
  const [, spaces = '', run = '', info = ''] = /^( {0,3})(`{3,}|~{3,})([^\n]*)$/.exec(line) ?? [];
  if (run === '' || (run.startsWith('`') && info.includes('`'))) return undefined;
  const language = info.trim().split(/\s/, 1)[0] ?? '';
  return { mark: run.startsWith('`') ? '`' : '~', length: run.length, indent: spaces.length, language };
};

export const closesFence = (line: string, { mark, length }: FenceOpening): boolean => {
  const text = line.trim();
  return text.length >= length && indentOf(line) < 4 && text === mark.repeat(text.length);
};

export const readHeading = (line: string): { readonly level: number; readonly text: string } | undefined => {
  const [, marks, rest = ''] = /^ {0,3}(#{1,6})(?:[ \t]([^\n]*))?$/.exec(line) ?? [];
  if (marks === undefined) return undefined;
  const text = rest.trim();
  const marksEnd = text.length - (/#+$/.exec(text.slice(-64))?.[0].length ?? 0);
  const isClosed = marksEnd === 0 || /[ \t]/.test(text[marksEnd - 1] ?? '');
  return { level: marks.length, text: isClosed ? text.slice(0, marksEnd).trim() : text };
};

/** The level of a heading whose underline this is. */
export const readUnderline = (line: string): 1 | 2 | undefined => {
  if (indentOf(line) > 3) return undefined;
  const text = line.trim();
  if (text === '') return undefined;
  if (text === '='.repeat(text.length)) return 1;
  return text === '-'.repeat(text.length) ? 2 : undefined;
};

export const isRule = (line: string): boolean => {
  if (indentOf(line) > 3) return false;
  const marks = line.replaceAll(/[ \t]/g, '');
  const [mark = ''] = marks;
  return marks.length > 2 && '-_*'.includes(mark) && marks === mark.repeat(marks.length);
};

export interface ItemOpening {
  /** `-`, `+`, `*`, `.` or `)`: another mark begins another list. */
  readonly mark: string;
  readonly start: number | undefined;
  /** Columns that the lines of the item are indented by. */
  readonly content: number;
  readonly rest: string;
}

export const readItem = (line: string): ItemOpening | undefined => {
  const [whole, spaces = '', marker = ''] = /^( {0,3})([-+*]|\d{1,9}[.)])(?=[ \t]|$)/.exec(line) ?? [];
  if (whole === undefined) return undefined;
  const after = line.slice(whole.length);
  const gap = indentOf(after);
  const before = spaces.length + marker.length;
  // Nothing, or indented code, behind the mark: its content begins one column on.
  const padding = isBlank(after) || gap > 4 ? 1 : gap;
  const isNumbered = marker.length > 1;
  return {
    mark: marker.slice(-1),
    start: isNumbered ? Number(marker.slice(0, -1)) : undefined,
    content: before + padding,
    rest: dropIndent(after, padding),
  };
};

/** The line behind the mark of a quotation. */
export const readQuote = (line: string): string | undefined => {
  const [whole] = /^ {0,3}>/.exec(line) ?? [];
  return whole === undefined ? undefined : dropIndent(line.slice(whole.length), 1);
};

/** The most columns that a table has; cells beyond them are not shown. */
const maxColumns = 64;

/** The cells of a row: pipes that are escaped, or in a code span, do not divide. */
export const readCells = (line: string): string[] => {
  const text = line.trim();
  const cells: string[] = [];
  let cell = '';
  let index = text.startsWith('|') ? 1 : 0;
  for (; index < text.length && cells.length < maxColumns; index += 1) {
    const character = text[index] ?? '';
    if (character === '\\' && text[index + 1] === '|') {
      cell += '|';
      index += 1;
    } else if (character === '|') {
      cells.push(cell.trim());
      cell = '';
    } else {
      cell += character;
    }
  }
  if (cell.trim() !== '' && cells.length < maxColumns) cells.push(cell.trim());
  return cells;
};

/** The columns of a table, from the line below its head. */
export const readColumns = (line: string): Alignment[] | undefined => {
  if (!/^[ \t]*[|:-][|:\- \t]*$/.test(line) || !line.includes('-') || !/[|:]/.test(line)) return undefined;
  const cells = readCells(line);
  if (!cells.every((cell) => /^:?-+:?$/.test(cell))) return undefined;
  return cells.map((cell) => {
    if (cell.endsWith(':')) return cell.startsWith(':') ? 'center' : 'right';
    return cell.startsWith(':') ? 'left' : undefined;
  });
};

/** Link labels match without regard to case and white space. */
export const normalizeLabel = (label: string): string => label.trim().replaceAll(/\s+/g, ' ').toLowerCase();

export const readDefinition = (line: string): { readonly label: string; readonly target: string } | undefined => {
  const [, label, target] =
    /^ {0,3}\[([^[\]^][^[\]]{0,200})\]:[ \t]*<?([^\s<>]{1,2000})>?(?:[ \t]+["'(][^\n]{0,400})?[ \t]*$/.exec(line) ?? [];
  return label === undefined || target === undefined ? undefined : { label: normalizeLabel(label), target };
};

export const readFootnote = (line: string): { readonly label: string; readonly text: string } | undefined => {
  const [, label, text = ''] = /^\[\^([\w-]{1,64})\]:[ \t]?([^\n]*)$/.exec(line) ?? [];
  return label === undefined ? undefined : { label, text };
};

export interface MathOpening {
  readonly mark: string;
  readonly close: string;
  readonly rest: string;
}

/** A line that begins with displayed mathematics. */
export const readMathOpening = (line: string): MathOpening | undefined => {
  const text = line.trim();
  if (text.startsWith('$$')) return { mark: '$$', close: '$$', rest: text.slice(2) };
  return text.startsWith('\\[') ? { mark: '\\[', close: '\\]', rest: text.slice(2) } : undefined;
};
