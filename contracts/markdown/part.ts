/**
 * The parts of a Markdown text while it is read: a tree that grows at its end only. Each part keeps the block that it
 * is shown as, until it is touched again; so making the blocks of a long text costs what has changed in it.
 */
import type { Alignment, Block, CodePiece, ListItem, TableRow } from './block.ts';
import type { FenceOpening } from './line-forms.ts';

type Kind = 'document' | 'piece' | 'item' | 'row' | Block['kind'];

export interface Part {
  kind: Kind;
  /** Its place among its siblings. */
  at: number;
  readonly children: Part[];
  /** The text of a leaf. */
  lines: string[];
  shown: Block | CodePiece | ListItem | TableRow | undefined;
  /** A blank line has come, and nothing after it yet. */
  blankBefore: boolean;
  loose: boolean;
  closed: boolean;
  readonly level: number;
  readonly depth: number;
  readonly mark: string;
  readonly label: string;
  readonly start: number | undefined;
  /** Columns that the content of an item is indented by. */
  readonly content: number;
  readonly fence: FenceOpening | undefined;
  columns: readonly Alignment[];
  cells: readonly string[];
}

/** Puts a part at the end of another. */
export const appendPart = (parent: Part, part: Part): void => {
  part.at = parent.children.length;
  parent.children.push(part);
};

export const createPart = (kind: Kind, details: Partial<Omit<Part, 'kind' | 'children'>> = {}): Part => ({
  kind,
  at: 0,
  children: [],
  lines: [],
  shown: undefined,
  blankBefore: false,
  loose: false,
  closed: false,
  level: 0,
  depth: 0,
  mark: '',
  label: '',
  start: undefined,
  content: 0,
  fence: undefined,
  columns: [],
  cells: [],
  ...details,
});

/** Lines of code that are shown as one piece. */
const pieceLines = 64;

/** Appends to a code block. */
export const addCodeLine = (code: Part, line: string): void => {
  const last = code.children.at(-1);
  if (last && last.lines.length < pieceLines) {
    last.lines.push(line);
    last.shown = undefined;
  } else {
    appendPart(code, createPart('piece', { lines: [line] }));
  }
};

const taskMark = /^\[([ xX])\][ \t]+(?=\S)/;

const textOf = (part: Part): string => part.lines.join('\n').trimEnd();

const showRow = (part: Part): TableRow => {
  part.shown ??= {
    kind: 'row',
    at: part.at,
    children: part.cells.map((text, at) => ({ kind: 'cell', at, text })),
  };
  if (part.shown.kind !== 'row') throw new Error('A row is shown as a row');
  return part.shown;
};

const showPiece = (part: Part): CodePiece => {
  part.shown ??= { kind: 'piece', at: part.at, text: part.lines.join('\n') };
  if (part.shown.kind !== 'piece') throw new Error('A piece of code is shown as one');
  return part.shown;
};

const makeItem = (part: Part): ListItem => {
  const { at } = part;
  const children = part.children.flatMap(showBlock);
  const [first, ...others] = children;
  const [mark = '', state] = first?.kind === 'paragraph' ? (taskMark.exec(first.text) ?? []) : [];
  if (first?.kind !== 'paragraph' || state === undefined) return { kind: 'item', at, checked: undefined, children };
  const text = { ...first, text: first.text.slice(mark.length) };
  return { kind: 'item', at, checked: state !== ' ', children: [text, ...others] };
};

const showItem = (part: Part): ListItem => {
  part.shown ??= makeItem(part);
  if (part.shown.kind !== 'item') throw new Error('An item is shown as an item');
  return part.shown;
};

const makeBlock = (part: Part): Block | undefined => {
  const { kind, at } = part;
  switch (kind) {
    case 'paragraph':
      return { kind, at, text: textOf(part) };
    case 'heading':
      return { kind, at, level: part.level, depth: part.depth, text: textOf(part) };
    case 'code': {
      const language = part.fence?.language ?? '';
      return { kind, at, language, closed: part.closed, children: part.children.map(showPiece) };
    }
    case 'math':
      if (part.closed) return { kind, at, text: part.lines.join('\n') };
      return { kind: 'paragraph', at, text: [part.label, ...part.lines].join('\n').trimEnd() };
    case 'quote':
      return { kind, at, children: part.children.flatMap(showBlock) };
    case 'list':
      return { kind, at, start: part.start, loose: part.loose, children: part.children.map(showItem) };
    case 'table':
      return { kind, at, columns: part.columns, children: part.children.map(showRow) };
    case 'footnote':
      return { kind, at, label: part.label, text: textOf(part) };
    case 'rule':
      return { kind, at };
    default:
      return undefined;
  }
};

/** The block of a part: none for a part that shows nothing. */
export const showBlock = (part: Part): readonly Block[] => {
  part.shown ??= makeBlock(part);
  const { shown } = part;
  if (!shown || shown.kind === 'row' || shown.kind === 'piece' || shown.kind === 'item') return [];
  return [shown];
};
