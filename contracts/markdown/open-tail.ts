/**
 * Marks the leaf at the end of a growing text as open, so that emphasis which has begun in it is shown as it will be.
 * Invariant: only the blocks on the way to that leaf are other objects than before.
 */
import type { Block, ListItem, MarkdownDocument, TableRow } from './block.ts';

/** What may go on: anything in a line that is not complete, a paragraph in the next line, or nothing. */
export type TailState = 'line' | 'paragraph' | 'closed';

const openRow = (row: TableRow): TableRow => {
  const last = row.children.findLastIndex(({ text }) => text !== '');
  return { ...row, children: row.children.map((cell, at) => (at === last ? { ...cell, isOpen: true } : cell)) };
};

const openItem = (item: ListItem, state: TailState): ListItem => ({
  ...item,
  children: openLast(item.children, state),
});

const openBlock = (block: Block, state: TailState): Block => {
  switch (block.kind) {
    case 'paragraph':
    case 'footnote':
      return { ...block, isOpen: true };
    case 'heading':
      return state === 'line' ? { ...block, isOpen: true } : block;
    case 'quote':
      return { ...block, children: openLast(block.children, state) };
    case 'list': {
      const last = block.children.at(-1);
      return last ? { ...block, children: [...block.children.slice(0, -1), openItem(last, state)] } : block;
    }
    case 'table': {
      const last = block.children.at(-1);
      return last && state === 'line' ? { ...block, children: [...block.children.slice(0, -1), openRow(last)] } : block;
    }
    default:
      return block;
  }
};

const openLast = (blocks: readonly Block[], state: TailState): readonly Block[] => {
  const last = blocks.at(-1);
  return last ? [...blocks.slice(0, -1), openBlock(last, state)] : blocks;
};

export const openTail = (document: MarkdownDocument, state: TailState): MarkdownDocument =>
  state === 'closed' ? document : { ...document, blocks: openLast(document.blocks, state) };
