/**
 * A reply that was asked for as JSON: as a block of code that is laid out once the reply is complete, with a button
 * that copies it. Invariant: what is no JSON, because it is not complete or the model failed, is shown as it came.
 */
import { memo } from 'react';
import { Markdown } from '../../markdown/markdown.tsx';

interface StructuredContentProps {
  readonly content: string;
  readonly isGrowing: boolean;
}

/** Characters that are laid out. More would make the page slow, and nobody reads it. */
const mostLaidOut = 200_000;

const laidOut = (content: string): string => {
  if (content.length > mostLaidOut) return content;
  try {
    return JSON.stringify(JSON.parse(content), null, 2);
  } catch {
    return content;
  }
};

/** A fence that no line of the text can end. */
const fenceFor = (text: string): string =>
  '`'.repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([run]) => run.length + 1)));

export const StructuredContent = memo(({ content, isGrowing }: StructuredContentProps) => {
  const text = isGrowing ? content : laidOut(content);
  const fence = fenceFor(text);
  return <Markdown text={`${fence}json\n${text}\n${isGrowing ? '' : fence}`} isGrowing={isGrowing} />;
});
