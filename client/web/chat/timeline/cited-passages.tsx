/**
 * The passages that a reply cites, folded, with their document and page. What stands in them is foreign text, and is
 * shown as text.
 */
import type { Citation } from '@parlance/client';
import { useTranslate } from '../../translations/translation.ts';
import styles from './cited-passages.module.css';

export interface CitedPassagesProps {
  readonly citations: readonly Citation[];
  readonly content: string;
  /** Unique on the page. */
  readonly replyKey: string;
}

const passageIdOf = (replyKey: string, index: number): string => `passage-${replyKey}-${index}`;

/** Those that the text cites. */
const citedIn = (content: string, citations: readonly Citation[]): readonly Citation[] =>
  citations.filter(({ index }) => content.includes(`[${index}]`));

/** Opens the passage and brings it into view, with the focus on it. */
export const openPassage = (replyKey: string, index: number): void => {
  const passage = document.getElementById(passageIdOf(replyKey, index));
  if (!(passage instanceof HTMLDetailsElement)) return;
  passage.open = true;
  passage.querySelector('summary')?.focus();
};

export const CitedPassages = ({ citations, content, replyKey }: CitedPassagesProps) => {
  const t = useTranslate();
  const cited = citedIn(content, citations);
  if (cited.length === 0) return null;
  return (
    <section className={styles['passages']} aria-label={t('citations.title')}>
      {cited.map(({ index, fileName, page, heading, quote }) => (
        <details key={index} id={passageIdOf(replyKey, index)} className={styles['passage']}>
          <summary>
            <span className={styles['number']}>{index}</span>
            <span className={styles['name']}>{fileName}</span>
            {page === null ? null : <span>{t('citations.page', { page })}</span>}
          </summary>
          {heading === '' ? null : <p className={styles['heading']}>{heading}</p>}
          <blockquote>{quote}</blockquote>
        </details>
      ))}
    </section>
  );
};
