/**
 * Reads a Markdown text line by line into blocks, as CommonMark and GitHub's tables and task lists have it, with two
 * differences: HTML is text, and so is what is indented by four columns.
 *
 * A line is read once. What it means depends on the lines before it alone, so a text that arrives in pieces gives the
 * same blocks as the whole, whatever the pieces are. The last line, while it is not complete, is read for each look and
 * taken back.
 */
import type { MarkdownDocument } from './block.ts';
import { createOpenParts, innermost, type OpenParts } from './open-parts.ts';
import { showBlock } from './part.ts';
import { readLine } from './read-line.ts';

export interface BlockReader {
  /** Reads a complete line, without its end. */
  addLine(line: string): void;
  /** The blocks so far, with a last line that is not complete. */
  show(lastLine: string): MarkdownDocument;
}

const showAll = ({ root, definitions }: OpenParts): MarkdownDocument => ({
  blocks: root.children.flatMap(showBlock),
  definitions,
});

/** Remembers what one line can change: what is open, and the last piece of code. Returns what puts it back. */
const remember = (parts: OpenParts): (() => void) => {
  const { definitions, outline } = parts;
  const open = [...parts.open];
  const leaf = innermost(parts);
  const lastPiece = leaf.kind === 'code' ? leaf.children.slice(-1) : [];
  const kept = [...open, ...lastPiece].map((part) => ({
    part,
    before: { ...part, lines: [...part.lines], shown: undefined },
    count: part.children.length,
    last: part.children.slice(-1),
  }));
  return () => {
    for (const { part, before, count, last } of kept) {
      part.children.splice(Math.max(0, count - 1), Number.POSITIVE_INFINITY, ...last);
      Object.assign(part, before);
    }
    parts.open = open;
    parts.definitions = definitions;
    parts.outline = outline;
  };
};

export const createBlockReader = (): BlockReader => {
  const parts = createOpenParts();
  return {
    addLine(line) {
      readLine(parts, line);
    },
    show(lastLine) {
      if (lastLine === '') return showAll(parts);
      const putBack = remember(parts);
      readLine(parts, lastLine);
      const shown = showAll(parts);
      putBack();
      return shown;
    },
  };
};
