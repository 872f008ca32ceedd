/**
 * What of a Markdown text is open while it is read: the document, the containers within each other, and a leaf. A line
 * matches the containers that it continues; whatever else begins in it closes the others.
 */
import type { Definitions } from './block.ts';
import { appendPart, createPart, type Part } from './part.ts';

export interface OpenParts {
  readonly root: Part;
  /** From the document inwards. */
  open: Part[];
  /** How many of `open` the line that is being read continues. */
  matched: number;
  definitions: Definitions;
  /** Depth of the last heading; 0 before the first. */
  outline: number;
}

export const createOpenParts = (): OpenParts => {
  const root = createPart('document');
  return { root, open: [root], matched: 1, definitions: new Map(), outline: 0 };
};

export const isContainer = ({ kind }: Part): boolean => kind === 'quote' || kind === 'list' || kind === 'item';

export const innermost = ({ open, root }: OpenParts): Part => open.at(-1) ?? root;

/** The leaf that the line continues directly; undefined when a container in between has ended, or nothing is open. */
export const directLeaf = (parts: OpenParts): Part | undefined => {
  const leaf = innermost(parts);
  return parts.matched === parts.open.length - 1 && !isContainer(leaf) ? leaf : undefined;
};

/** Whether plain text would continue the innermost part, even where marks of its containers are missing. */
export const isTextOpen = (parts: OpenParts): boolean => ['paragraph', 'footnote'].includes(innermost(parts).kind);

const canHold = (parent: Part, child: Part): boolean =>
  parent.kind === 'document' || (isContainer(parent) && (parent.kind === 'list') === (child.kind === 'item'));

/** Closes what the line does not continue, and adds a part to the innermost one that can hold it. */
export const addPart = (parts: OpenParts, part: Part): void => {
  const { open } = parts;
  open.length = Math.min(open.length, parts.matched);
  while (!canHold(innermost(parts), part)) open.pop();
  const parent = innermost(parts);
  if (parent.blankBefore && parent.children.length > 0) {
    const list = parent.kind === 'item' ? open.at(-2) : parent;
    if (list) list.loose = true;
  }
  appendPart(parent, part);
  open.push(part);
  parts.matched = open.length;
};

/** Adds a part that no later line can change. */
export const addClosedPart = (parts: OpenParts, part: Part): void => {
  addPart(parts, part);
  closeLeaf(parts);
};

/** @param level as it is marked */
export const addHeading = (parts: OpenParts, level: number, lines: string[]): void => {
  parts.outline = Math.min(level, parts.outline + 1);
  addClosedPart(parts, createPart('heading', { level, depth: parts.outline, lines }));
};

export const closeLeaf = (parts: OpenParts): void => {
  parts.open.pop();
  parts.matched = parts.open.length;
};

/** Takes the leaf out of the text; the line puts another in its place. */
export const removeLeaf = (parts: OpenParts): void => {
  closeLeaf(parts);
  innermost(parts).children.pop();
};
