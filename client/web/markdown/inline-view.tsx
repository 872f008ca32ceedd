/**
 * Shows the text of a paragraph, a heading or a cell. Everything is an element or a text of React's, so nothing of the
 * text is ever read as HTML, and nothing is fetched from where the text says: an image is a link to it.
 */
import { createElement, memo, type ReactNode, useContext } from 'react';
import type { Definitions } from '../../../contracts/markdown/block.ts';
import type { Inline } from '../../../contracts/markdown/inline.ts';
import { parseInline } from '../../../contracts/markdown/inline-parser.ts';
import { CitedText } from './cited-text.tsx';
import { DefinitionsContext } from './definitions.ts';
import { MarkdownLabelsContext } from './labels.ts';
import styles from './markdown.module.css';
import { MathView } from './math-view.tsx';

const none: Definitions = new Map();

const tags = { emphasis: 'em', strong: 'strong', strike: 'del' } as const;

const ExternalLink = ({ href, children }: { readonly href: string; readonly children: ReactNode }) => (
  <a href={href} target="_blank" rel="noopener noreferrer nofollow" className={styles['link']}>
    {children}
  </a>
);

const ImageLink = ({ href, alt }: { readonly href: string; readonly alt: string }) => {
  const labels = useContext(MarkdownLabelsContext);
  return <ExternalLink href={href}>{labels.image(alt === '' ? href : alt)}</ExternalLink>;
};

/** @param at its place, which it keeps while the text grows */
const showOne = (inline: Inline, at: number): ReactNode => {
  switch (inline.kind) {
    case 'text':
      return <CitedText key={at} text={inline.text} />;
    case 'code':
      return (
        <code key={at} className={styles['code']}>
          {inline.text}
        </code>
      );
    case 'math':
      return <MathView key={at} text={inline.text} display={inline.display} />;
    case 'break':
      return <br key={at} />;
    case 'note':
      return <sup key={at}>{inline.label}</sup>;
    case 'image':
      return <ImageLink key={at} href={inline.href} alt={inline.alt} />;
    case 'link':
      return (
        <ExternalLink key={at} href={inline.href}>
          {inline.children.map(showOne)}
        </ExternalLink>
      );
    default:
      return createElement(tags[inline.kind], { key: at }, inline.children.map(showOne));
  }
};

export interface InlineViewProps {
  readonly text: string;
  /** Whether more of it is to come. */
  readonly isOpen?: boolean | undefined;
}

const DefinedText = ({ text, isOpen }: InlineViewProps) =>
  parseInline(text, useContext(DefinitionsContext), isOpen).map(showOne);

/** Only a text with brackets depends on the definitions of links, which may come after it. */
export const InlineView = memo(({ text, isOpen }: InlineViewProps) =>
  text.includes('[') ? <DefinedText text={text} isOpen={isOpen} /> : parseInline(text, none, isOpen).map(showOne),
);
