/**
 * What a Markdown text consists of, as it is shown: a tree of blocks. A block is a value: while its part of the text is
 * the same, so is the object, and whoever shows blocks can compare them by identity.
 */

/** How the cells of a column stand. */
export type Alignment = 'left' | 'center' | 'right' | undefined;

interface Of<Kind extends string> {
  readonly kind: Kind;
  /** Its place among its siblings, which it keeps. */
  readonly at: number;
}

/** A leaf whose text is read by `parseInline`. */
interface Leaf {
  readonly text: string;
  /** Whether more of it is to come; see open-tail.ts. */
  readonly isOpen?: true;
}

export interface Paragraph extends Of<'paragraph'>, Leaf {}

export interface Heading extends Of<'heading'>, Leaf {
  /** How it was marked, 1 to 6. */
  readonly level: number;
  /** Its place in the outline, which skips no step: at most one more than that of the heading before. */
  readonly depth: number;
}

/** At most 64 lines of a code block, so that a long one is shown, and skipped, in pieces. */
export interface CodePiece extends Of<'piece'> {
  readonly text: string;
}

export interface CodeBlock extends Of<'code'> {
  /** As the fence names it; empty without a name. */
  readonly language: string;
  /** Whether its end has come: until then more lines may follow. */
  readonly closed: boolean;
  readonly children: readonly CodePiece[];
}

/** Displayed mathematics. One that is not closed is a paragraph. */
export interface MathBlock extends Of<'math'> {
  readonly text: string;
}

export interface Quote extends Of<'quote'> {
  readonly children: readonly Block[];
}

export interface ListItem extends Of<'item'> {
  /** Of a task list; undefined elsewhere. */
  readonly checked: boolean | undefined;
  readonly children: readonly Block[];
}

export interface List extends Of<'list'> {
  /** Number of the first item; undefined without numbers. */
  readonly start: number | undefined;
  /** Whether its paragraphs stand apart. */
  readonly loose: boolean;
  readonly children: readonly ListItem[];
}

export interface TableCell extends Of<'cell'>, Leaf {}

export interface TableRow extends Of<'row'> {
  readonly children: readonly TableCell[];
}

/** The first row is its head. Each row has as many cells as there are columns. */
export interface Table extends Of<'table'> {
  readonly columns: readonly Alignment[];
  readonly children: readonly TableRow[];
}

export interface Footnote extends Of<'footnote'>, Leaf {
  readonly label: string;
}

export type Block = Paragraph | Heading | CodeBlock | MathBlock | Quote | List | Table | Footnote | Of<'rule'>;

/** Label -> target of the link definitions of a text. Another object when one was added. */
export type Definitions = ReadonlyMap<string, string>;

export interface MarkdownDocument {
  readonly blocks: readonly Block[];
  readonly definitions: Definitions;
}
