/**
 * Reads the versions of a text that grows. Invariant: what it returns depends on the text alone. A text that goes on
 * from the one before costs what was added; any other is read anew.
 */
import type { MarkdownDocument } from './block.ts';
import { type BlockReader, createBlockReader } from './block-reader.ts';
import { openTail, type TailState } from './open-tail.ts';

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
  /** Whether the last complete line may go on in the next one, as far as it alone says. */
  let endsOpen = false;
  let last: { readonly line: string; readonly state: TailState; readonly shown: MarkdownDocument } | undefined;

  const readLines = (given: string): void => {
    for (let end = given.indexOf('\n', lineStart); end >= 0; end = given.indexOf('\n', lineStart)) {
      const line = given.slice(lineStart, end);
      reader.addLine(line);
      endsOpen = /[^\s>]/.test(line);
      lineStart = end + 1;
      last = undefined;
    }
  };
  return {
    read(given, isGrowing) {
      if (!given.startsWith(text)) {
        reader = createBlockReader();
        lineStart = 0;
        endsOpen = false;
        last = undefined;
      }
      text = given;
      readLines(given);
      const rest = given.slice(lineStart);
      const line = isGrowing && isUndecided(rest) ? '' : rest;
      const state = !isGrowing ? 'closed' : line !== '' ? 'line' : endsOpen ? 'paragraph' : 'closed';
      if (last?.line !== line || last.state !== state) {
        last = { line, state, shown: openTail(reader.show(line), state) };
      }
      return last.shown;
    },
  };
};
