/**
 * Shows a Markdown text, whole or while it grows. What stands in it is untrusted: it becomes elements of a fixed set,
 * no HTML, no script, no request, and links of safe schemes only.
 */
import { memo, useState } from 'react';
import { createTextReader } from '../../../contracts/markdown/text-reader.ts';
import { BlockView } from './block-view.tsx';
import { DefinitionsContext } from './definitions.ts';
import { useFrameText } from './frame-text.ts';
import styles from './markdown.module.css';

export interface MarkdownProps {
  readonly text: string;
  /** Whether more of it is to come. */
  readonly isGrowing?: boolean;
}

/** Renders again when the text that is shown changes, not with each piece that arrives. */
const DocumentView = memo(({ text, isGrowing }: Required<MarkdownProps>) => {
  const [reader] = useState(createTextReader);
  const { blocks, definitions } = reader.read(text, isGrowing);
  return (
    <DefinitionsContext value={definitions}>
      <div className={styles['markdown']} dir="auto">
        {blocks.map((block) => (
          <BlockView key={block.at} block={block} />
        ))}
      </div>
    </DefinitionsContext>
  );
});

export const Markdown = ({ text, isGrowing = false }: MarkdownProps) => (
  <DocumentView text={useFrameText(text, isGrowing)} isGrowing={isGrowing} />
);
