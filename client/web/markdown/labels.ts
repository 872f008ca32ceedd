/** The words of the application in what this folder shows, in the reader's language. */
import { createContext } from 'react';

export interface MarkdownLabels {
  readonly copy: string;
  readonly copied: string;
  readonly wrap: string;
  /** Names a code block to a screen reader; takes its language, which may be empty. */
  code(language: string): string;
  /** Stands for an image that is not shown. */
  image(alt: string): string;
  readonly done: string;
  readonly open: string;
}

export const MarkdownLabelsContext = createContext<MarkdownLabels>({
  copy: 'Copy',
  copied: 'Copied',
  wrap: 'Wrap lines',
  code: (language) => `Code ${language}`.trim(),
  image: (alt) => `Image: ${alt}`,
  done: 'Done',
  open: 'Open',
});
