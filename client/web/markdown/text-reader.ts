/**
 * Reads the versions of a text that grows. Invariant: what it returns depends on the text alone. A text that goes on
 * from the one before costs what was added; any other is read anew.
 */
import type { MarkdownDocument } from './block.ts';
import { type BlockReader, createBlockReader } from './block-reader.ts';

export interface TextReader {
  /** @param isGrowing whether more is to come: then a last line that may become anything is not shown yet */
  read(text: string, isGrowing: boolean): MarkdownDocument;
}

/** The beginning of a mark that the next characters decide: a list, an underline, a rule, a fence, a table. */
const isUndecided = (line: string): boolean =>
  line.length < 8 && /^[ \t>]*(?:[-+*=_`~#|:$\\[]*|\d{1,3}[.)]?)[ \t]*$/.test(line);

export const createTextReader = (): TextReader => {
  let reader: BlockReader = createBlockReader();
  let text = '';
  /** Where the first line begins that is not complete. */
  let lineStart = 0;
  let last: { readonly line: string; readonly shown: MarkdownDocument } | undefined;

  const readLines = (given: string): void => {
    for (let end = given.indexOf('\n', lineStart); end >= 0; end = given.indexOf('\n', lineStart)) {
      reader.addLine(given.slice(lineStart, end));
      lineStart = end + 1;
      last = undefined;
    }
  };
  return {
    read(given, isGrowing) {
      if (!given.startsWith(text)) {
        reader = createBlockReader();
        lineStart = 0;
        last = undefined;
      }
      text = given;
      readLines(given);
      const rest = given.slice(lineStart);
      const line = isGrowing && isUndecided(rest) ? '' : rest;
      if (last?.line !== line) last = { line, shown: reader.show(line) };
      return last.shown;
    },
  };
};
