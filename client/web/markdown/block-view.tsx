/**
 * Shows blocks. Each is a component that renders again only when its block is another object, so a text that grows
 * renders its end.
 */
import { createElement, memo, useContext } from 'react';
import type { Block, Footnote, List, ListItem, Table, TableRow } from '../../../contracts/markdown/block.ts';
import { CodeView } from './code-view.tsx';
import { InlineView } from './inline-view.tsx';
import { MarkdownLabelsContext } from './labels.ts';
import styles from './markdown.module.css';
import { MathView } from './math-view.tsx';

interface ItemProps {
  readonly item: ListItem;
  readonly loose: boolean;
}

const ItemView = memo(({ item, loose }: ItemProps) => {
  const labels = useContext(MarkdownLabelsContext);
  const isTask = item.checked !== undefined;
  return (
    <li className={isTask ? styles['task'] : undefined}>
      {isTask && (
        // Another box for another state: the attribute of one that was checked once stays.
        <input
          key={String(item.checked)}
          type="checkbox"
          checked={item.checked}
          disabled
          aria-label={item.checked ? labels.done : labels.open}
        />
      )}
      {item.children.map((block) =>
        block.kind === 'paragraph' && !loose ? (
          <InlineView key={block.at} text={block.text} isOpen={block.isOpen} />
        ) : (
          <BlockView key={block.at} block={block} />
        ),
      )}
    </li>
  );
});

const ListView = ({ list }: { readonly list: List }) => {
  const items = list.children.map((item) => <ItemView key={item.at} item={item} loose={list.loose} />);
  return list.start === undefined ? <ul>{items}</ul> : <ol start={list.start}>{items}</ol>;
};

interface RowProps {
  readonly row: TableRow;
  readonly table: Pick<Table, 'columns'>;
  readonly tag: 'th' | 'td';
}

const RowView = memo(
  ({ row, table, tag }: RowProps) => (
    <tr>
      {row.children.map((cell) =>
        createElement(
          tag,
          { key: cell.at, 'data-align': table.columns[cell.at], ...(tag === 'th' ? { scope: 'col' } : {}) },
          <InlineView text={cell.text} isOpen={cell.isOpen} />,
        ),
      )}
    </tr>
  ),
  (before, after) => before.row === after.row && before.table.columns === after.table.columns,
);

const TableView = ({ table }: { readonly table: Table }) => {
  const [head, ...rows] = table.children;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard
    <div className={styles['scroller']} tabIndex={0}>
      <table>
        <thead>{head ? <RowView row={head} table={table} tag="th" /> : null}</thead>
        <tbody>
          {rows.map((row) => (
            <RowView key={row.at} row={row} table={table} tag="td" />
          ))}
        </tbody>
      </table>
    </div>
  );
};

const FootnoteView = ({ footnote }: { readonly footnote: Footnote }) => (
  <p className={styles['footnote']}>
    <sup>{footnote.label}</sup> <InlineView text={footnote.text} isOpen={footnote.isOpen} />
  </p>
);

export const BlockView = memo(({ block }: { readonly block: Block }) => {
  switch (block.kind) {
    case 'paragraph':
      return (
        <p>
          <InlineView text={block.text} isOpen={block.isOpen} />
        </p>
      );
    case 'heading':
      // The page and the reply have the first two levels.
      return createElement(
        `h${Math.min(6, block.depth + 2)}`,
        { 'data-level': block.level },
        <InlineView text={block.text} isOpen={block.isOpen} />,
      );
    case 'code':
      return <CodeView block={block} />;
    case 'math':
      return (
        <p>
          <MathView text={block.text} display />
        </p>
      );
    case 'quote':
      return (
        <blockquote>
          {block.children.map((child) => (
            <BlockView key={child.at} block={child} />
          ))}
        </blockquote>
      );
    case 'list':
      return <ListView list={block} />;
    case 'table':
      return <TableView table={block} />;
    case 'footnote':
      return <FootnoteView footnote={block} />;
    case 'rule':
      return <hr />;
  }
});
