/**
 * A code block: its language, a button that copies it, one that wraps its lines. Long code is laid out in pieces, as
 * they come into view; colours come when the block is complete, so they never change while it grows.
 */
import { memo, useContext, useEffect, useRef, useState } from 'react';
import type { CodeBlock, CodePiece } from '../../../contracts/markdown/block.ts';
import { type Coloured, highlight } from './highlight.ts';
import { MarkdownLabelsContext } from './labels.ts';
import styles from './markdown.module.css';

/** Milliseconds for which the button says that it has copied. */
const copiedForMs = 2_000;

const useColours = (block: CodeBlock): readonly Coloured[][] | undefined => {
  const [coloured, setColoured] = useState<{ readonly block: CodeBlock; readonly pieces: Coloured[][] }>();
  useEffect(() => {
    if (!block.closed || block.language === '') return undefined;
    let isCurrent = true;
    highlight(block).then(
      (pieces) => {
        if (isCurrent && pieces) setColoured({ block, pieces });
      },
      // Code can be read without colours.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [block]);
  return coloured?.block === block ? coloured.pieces : undefined;
};

const showSpan = ({ scope, text }: Coloured, at: number) =>
  scope === '' ? (
    text
  ) : (
    <span key={at} data-scope={scope}>
      {text}
    </span>
  );

interface PieceProps {
  readonly piece: CodePiece;
  readonly spans: readonly Coloured[] | undefined;
}

const PieceView = memo(({ piece, spans }: PieceProps) => (
  <span className={styles['piece']}>{spans ? spans.map(showSpan) : `${piece.text}\n`}</span>
));

const CopyButton = ({ block }: { readonly block: CodeBlock }) => {
  const labels = useContext(MarkdownLabelsContext);
  const [isCopied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = () => {
    navigator.clipboard.writeText(block.children.map(({ text }) => text).join('\n')).then(
      () => {
        setCopied(true);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => setCopied(false), copiedForMs);
      },
      () => setCopied(false),
    );
  };
  return (
    <button type="button" className={styles['tool']} onClick={copy}>
      <span aria-live="polite">{isCopied ? labels.copied : labels.copy}</span>
    </button>
  );
};

export const CodeView = memo(({ block }: { readonly block: CodeBlock }) => {
  const labels = useContext(MarkdownLabelsContext);
  const [isWrapped, setWrapped] = useState(false);
  const toggleWrap = () => setWrapped((was) => !was);
  const colours = useColours(block);
  return (
    <figure className={styles['figure']} data-wrapped={isWrapped}>
      <figcaption className={styles['caption']}>
        <span className={styles['language']}>{block.language}</span>
        <button type="button" className={styles['tool']} aria-pressed={isWrapped} onClick={toggleWrap}>
          {labels.wrap}
        </button>
        <CopyButton block={block} />
      </figcaption>
      {/* biome-ignore-start lint/a11y: what scrolls must be reached with the keyboard, and is neither form nor landmark */}
      <div role="group" className={styles['scrolled']} tabIndex={0} aria-label={labels.code(block.language)}>
        <pre className={styles['pre']}>
          <code>
            {block.children.map((piece) => (
              <PieceView key={piece.at} piece={piece} spans={colours?.[piece.at]} />
            ))}
          </code>
        </pre>
      </div>
      {/* biome-ignore-end lint/a11y: likewise */}
    </figure>
  );
});
