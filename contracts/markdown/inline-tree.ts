/**
 * Makes the tree of a text from what was read of it in order: texts, leaves, runs with their pairs, and the ends of
 * links. Spans deeper than the bound are left out, and their text stays.
 */
import type { Delimiter } from './delimiters.ts';
import type { Inline, Span } from './inline.ts';

type SpanStart = { readonly kind: 'link'; readonly href: string } | { readonly kind: 'emphasis' | 'strong' | 'strike' };

export type InlineEvent =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'leaf'; readonly leaf: Inline }
  | { readonly kind: 'run'; readonly delimiter: Delimiter }
  | { readonly kind: 'open'; readonly span: SpanStart }
  | { readonly kind: 'close' };

/** Spans within spans. */
const maxDepth = 16;

interface Level {
  /** Undefined: its text goes to the level above. */
  readonly span: SpanStart | undefined;
  readonly children: Inline[];
}

const spanOf = (mark: string, width: number): SpanStart => {
  if (mark === '~') return { kind: 'strike' };
  return { kind: width === 2 ? 'strong' : 'emphasis' };
};

const finish = ({ span, children }: Level & { readonly span: SpanStart }): Span =>
  span.kind === 'link' ? { ...span, children } : { kind: span.kind, children };

export const treeOf = (events: readonly InlineEvent[]): readonly Inline[] => {
  const root: Inline[] = [];
  const levels: Level[] = [{ span: undefined, children: root }];
  const here = (): Inline[] => levels.at(-1)?.children ?? root;

  const addText = (text: string): void => {
    const children = here();
    const last = children.at(-1);
    if (text === '') return;
    if (last?.kind === 'text') children[children.length - 1] = { kind: 'text', text: last.text + text };
    else children.push({ kind: 'text', text });
  };
  const open = (span: SpanStart): void => {
    const isShown = levels.length <= maxDepth && !(span.kind === 'link' && span.href === '');
    levels.push(isShown ? { span, children: [] } : { span: undefined, children: here() });
  };
  const close = (): void => {
    const level = levels.pop();
    if (level?.span) here().push(finish({ ...level, span: level.span }));
  };

  for (const event of events) {
    if (event.kind === 'text') addText(event.text);
    else if (event.kind === 'leaf') here().push(event.leaf);
    else if (event.kind === 'open') open(event.span);
    else if (event.kind === 'close') close();
    else {
      const { mark, left, closing, opening } = event.delimiter;
      for (const _ of closing) close();
      addText(mark.repeat(left));
      for (const width of opening.toReversed()) open(spanOf(mark, width));
    }
  }
  return root;
};
