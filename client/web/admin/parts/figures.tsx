/** Figures that matter, side by side. */
import type { ReactNode } from 'react';
import styles from './parts.module.css';

export interface Figure {
  readonly label: string;
  readonly value: ReactNode;
  readonly more?: string | undefined;
}

export const Figures = ({ figures }: { readonly figures: readonly Figure[] }) => (
  <dl className={styles['figures']}>
    {figures.map(({ label, value, more }) => (
      <div key={label}>
        <dt>{label}</dt>
        <dd>
          {value}
          {more === undefined ? null : <small>{more}</small>}
        </dd>
      </div>
    ))}
  </dl>
);

export type Tone = 'good' | 'warning' | 'bad' | 'plain';

/** A state in a word. Its colour only repeats what the word says. */
export const Badge = ({ tone = 'plain', children }: { readonly tone?: Tone; readonly children: ReactNode }) => (
  <span className={styles['badge']} data-tone={tone}>
    {children}
  </span>
);
