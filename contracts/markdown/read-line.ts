/**
 * Reads one line of Markdown into the parts that are open, in the two steps of CommonMark: which containers it
 * continues, then what begins in it. The work is bounded by the length of the line and by the depth of nesting.
 */
import {
  closesFence,
  dropIndent,
  type ItemOpening,
  indentOf,
  isBlank,
  isRule,
  readCells,
  readColumns,
  readDefinition,
  readFence,
  readFootnote,
  readHeading,
  readItem,
  readMathOpening,
  readQuote,
  readUnderline,
} from './line-forms.ts';
import {
  addClosedPart,
  addHeading,
  addPart,
  closeLeaf,
  directLeaf,
  innermost,
  isContainer,
  isTextOpen,
  type OpenParts,
  removeLeaf,
} from './open-parts.ts';
import { addCodeLine, appendPart, createPart, type Part } from './part.ts';

/** Quotations and lists within each other; marks beyond that are text. A list counts twice, with its item. */
const maxDepth = 24;
const maxDefinitions = 1_000;

/** The line without what continues the container; undefined when it does not continue it. */
const continueContainer = (part: Part, line: string): string | undefined => {
  if (part.kind === 'list') return line;
  if (part.kind === 'quote') return readQuote(line);
  if (isBlank(line)) return part.children.length > 0 ? '' : undefined;
  return indentOf(line) >= part.content ? dropIndent(line, part.content) : undefined;
};

/** Sets `matched`, and returns the line without the marks of these containers. */
const matchContainers = (parts: OpenParts, line: string): string => {
  let rest = line;
  parts.matched = 1;
  for (const part of parts.open.slice(1)) {
    const inner = isContainer(part) ? continueContainer(part, rest) : undefined;
    if (inner === undefined) break;
    rest = inner;
    parts.matched += 1;
  }
  return rest;
};

const continueCode = (parts: OpenParts, code: Part, line: string): void => {
  if (code.fence && closesFence(line, code.fence)) {
    code.closed = true;
    closeLeaf(parts);
  } else {
    addCodeLine(code, dropIndent(line, code.fence?.indent ?? 0));
  }
};

/** Returns the text behind the end of the mathematics; undefined where they go on. */
const continueMath = (parts: OpenParts, math: Part, line: string): string | undefined => {
  const end = line.indexOf(math.mark);
  const inner = end < 0 ? line : line.slice(0, end);
  if (!isBlank(inner)) math.lines.push(inner);
  if (end < 0) return undefined;
  math.closed = true;
  closeLeaf(parts);
  return line.slice(end + math.mark.length);
};

/** Makes the last line of a paragraph the head of a table, by the line below it. */
const beginTable = (parts: OpenParts, paragraph: Part, line: string): boolean => {
  const columns = line.includes('|') ? readColumns(line) : undefined;
  const cells = columns ? readCells(paragraph.lines.at(-1) ?? '') : [];
  if (!columns || columns.length !== cells.length) return false;
  if (paragraph.lines.length === 1) removeLeaf(parts);
  else closeLeaf(parts);
  paragraph.lines = paragraph.lines.slice(0, -1);
  addPart(parts, createPart('table', { columns }));
  appendPart(innermost(parts), createPart('row', { cells }));
  return true;
};

const underline = (parts: OpenParts, paragraph: Part, line: string): boolean => {
  const level = readUnderline(line);
  if (level === undefined) return false;
  removeLeaf(parts);
  addHeading(parts, level, paragraph.lines);
  return true;
};

const beginMath = (parts: OpenParts, line: string): boolean => {
  const opening = readMathOpening(line);
  if (!opening) return false;
  const { mark, close, rest } = opening;
  const end = rest.indexOf(close);
  // More text behind the end: it is mathematics in a paragraph.
  if (end === 0 || (end > 0 && end < rest.length - close.length)) return false;
  const closed = end > 0;
  const inner = closed ? rest.slice(0, end) : rest;
  const part = createPart('math', { mark: close, label: mark, lines: isBlank(inner) ? [] : [inner], closed });
  if (closed) addClosedPart(parts, part);
  else addPart(parts, part);
  return true;
};

/** Definitions of links and footnotes. They do not interrupt a paragraph. */
const beginNote = (parts: OpenParts, line: string): boolean => {
  const footnote = readFootnote(line);
  const definition = footnote ? undefined : readDefinition(line);
  if (footnote) addPart(parts, createPart('footnote', { label: footnote.label, lines: [footnote.text] }));
  if (!definition) return footnote !== undefined;
  parts.open.length = Math.min(parts.open.length, parts.matched);
  if (!parts.definitions.has(definition.label) && parts.definitions.size < maxDefinitions) {
    parts.definitions = new Map(parts.definitions).set(definition.label, definition.target);
  }
  return true;
};

const beginLeaf = (parts: OpenParts, line: string): boolean => {
  const leaf = directLeaf(parts);
  if (leaf?.kind === 'paragraph' && (beginTable(parts, leaf, line) || underline(parts, leaf, line))) return true;
  const heading = readHeading(line);
  const fence = readFence(line);
  if (heading) addHeading(parts, heading.level, [heading.text]);
  else if (fence) addPart(parts, createPart('code', { fence }));
  else if (isRule(line)) addClosedPart(parts, createPart('rule'));
  else return beginMath(parts, line) || (!isTextOpen(parts) && beginNote(parts, line));
  return true;
};

const beginItem = (parts: OpenParts, { mark, start, content }: ItemOpening): void => {
  const list = parts.open[parts.matched - 1];
  if (list?.kind !== 'list' || list.mark !== mark) {
    if (list?.kind === 'list') parts.matched -= 1;
    addPart(parts, createPart('list', { mark, start }));
  }
  addPart(parts, createPart('item', { content }));
};

/** The line behind the mark of a container that begins in it. */
const beginContainer = (parts: OpenParts, line: string): string | undefined => {
  if (parts.matched >= maxDepth) return undefined;
  const quoted = readQuote(line);
  if (quoted !== undefined) {
    addPart(parts, createPart('quote'));
    return quoted;
  }
  const item = readItem(line);
  if (!item) return undefined;
  // Text that happens to begin with a dash or a number remains text of its paragraph.
  const interrupts = directLeaf(parts) !== undefined && isTextOpen(parts);
  if (interrupts && (isBlank(item.rest) || (item.start ?? 1) !== 1)) return undefined;
  beginItem(parts, item);
  return item.rest;
};

const addText = (parts: OpenParts, line: string): void => {
  const leaf = innermost(parts);
  if (isTextOpen(parts)) {
    leaf.lines.push(line.trimStart());
  } else if (leaf.kind === 'table' && directLeaf(parts)) {
    const cells = readCells(line);
    appendPart(leaf, createPart('row', { cells: leaf.columns.map((_, index) => cells[index] ?? '') }));
  } else {
    addPart(parts, createPart('paragraph', { lines: [line.trimStart()] }));
  }
};

const readText = (parts: OpenParts, line: string): void => {
  let rest = line;
  while (!isBlank(rest)) {
    // A rule may look like an item, and an item never like a leaf.
    if (readQuote(rest) === undefined && beginLeaf(parts, rest)) return;
    const inner = beginContainer(parts, rest);
    if (inner === undefined) {
      addText(parts, rest);
      return;
    }
    rest = inner;
  }
};

/** @param given a line without its end. */
export const readLine = (parts: OpenParts, given: string): void => {
  for (const part of parts.open) part.shown = undefined;
  let line = matchContainers(parts, given.endsWith('\r') ? given.slice(0, -1) : given);
  const leaf = directLeaf(parts);
  if (leaf?.kind === 'code') {
    continueCode(parts, leaf, line);
    return;
  }
  if (leaf?.kind === 'math' && !isBlank(line)) {
    const behind = continueMath(parts, leaf, line);
    if (behind === undefined || isBlank(behind)) return;
    line = behind;
  }
  if (isBlank(line)) {
    parts.open.length = parts.matched;
    for (const part of parts.open) part.blankBefore = true;
    return;
  }
  readText(parts, line);
  for (const part of parts.open) part.blankBefore = false;
};
