/**
 * What the tests of the documents read: the files, and their fenced code blocks. A block is marked by `<!-- test -->`
 * on the line before.
 */
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

export interface Fence {
  /** After the three backticks. */
  readonly language: string;
  readonly text: string;
  /** What stands in the comment on the line before: `test`, or `test: file`. Undefined without one. */
  readonly mark: string | undefined;
}

/** The README and everything in docs/, relative to the root. */
export const documentFiles = async (): Promise<string[]> => {
  const files = ['README.md'];
  for await (const file of glob('docs/*.md', { cwd: root })) files.push(file);
  return files;
};

export const readDocument = (file: string): Promise<string> => readFile(join(root, file), 'utf8');

export const fencesOf = (markdown: string): Fence[] =>
  [...markdown.matchAll(/(?:^<!-- (test[^>]*?) -->\n)?^```(\w*)\n(.*?)^```$/gms)].map(([, mark, language, text]) => ({
    language: language ?? '',
    text: text ?? '',
    mark,
  }));

/** Without fenced blocks. */
export const proseOf = (markdown: string): string => markdown.replaceAll(/^```.*?^```$/gms, '');

/** The cells of every row of every table whose header is `header`, without the backticks around a cell. */
export const rowsUnder = (markdown: string, header: readonly string[]): string[][] => {
  const rows: string[][] = [];
  let inside = false;
  for (const line of markdown.split('\n')) {
    // A bar inside a cell is written \|.
    const cells = line.startsWith('|')
      ? line
          .slice(1, -1)
          .split(/(?<!\\)\|/)
          .map((cell) => cell.trim())
      : [];
    if (cells.length === 0) inside = false;
    else if (cells.join('|') === header.join('|')) inside = true;
    else if (inside && !/^-+$/.test(cells[0] ?? '')) rows.push(cells);
  }
  return rows;
};
