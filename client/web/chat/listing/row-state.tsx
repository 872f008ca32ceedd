/** The state of a row, read out when it changes, and what there is to say about it. */
import styles from './listing.module.css';

export interface RowStateProps {
  /** Decides the colour. */
  readonly status: string;
  readonly words: string;
  readonly more?: string | null;
}

export const RowState = ({ status, words, more = null }: RowStateProps) => (
  <span className={styles['state']} data-status={status} aria-live="polite">
    {words}
    {more === null ? null : <span className={styles['failure']}>{more}</span>}
  </span>
);
