/** Something that went wrong, read out at once: what it is, and beside it what helps. */
import type { ReactNode } from 'react';
import styles from './alert.module.css';

export interface AlertProps {
  readonly words: string;
  /** Links and buttons. */
  readonly children?: ReactNode;
}

export const Alert = ({ words, children }: AlertProps) => (
  <div className={styles['alert']} role="alert">
    <p>{words}</p>
    <span className={styles['remedies']}>{children}</span>
  </div>
);
