/** A page of the console: its title, the operations behind it, what went wrong, and what it is about. */
import type { ParlanceFault } from '@parlance/client';
import { type ReactNode, useEffect } from 'react';
import { OperationLinks, type ShownOperation } from '../api/explorer-link.tsx';
import type { WordId } from '../translations/en.ts';
import { useWords } from '../translations/words.ts';
import { FaultView } from './fault-view.tsx';
import styles from './parts.module.css';

export interface PageProps {
  readonly title: WordId;
  readonly intro?: ReactNode;
  readonly operations: readonly ShownOperation[];
  readonly fault?: ParlanceFault | undefined;
  /** Reads again. */
  readonly retry?: () => Promise<void>;
  readonly children: ReactNode;
}

export const Page = ({ title, intro, operations, fault, retry, children }: PageProps) => {
  const w = useWords();
  const words = w(title);
  useEffect(() => {
    document.title = `${words} · Parlance`;
  }, [words]);
  return (
    <div className={styles['page']}>
      <header className={styles['head']}>
        <h1>{words}</h1>
        <OperationLinks label={w('page.operations')} operations={operations} />
      </header>
      {intro === undefined ? null : <p className={styles['intro']}>{intro}</p>}
      <FaultView fault={fault} {...(retry ? { retry } : {})} />
      {children}
    </div>
  );
};

export interface SectionProps {
  readonly title: string;
  readonly intro?: ReactNode;
  readonly children: ReactNode;
}

export const Section = ({ title, intro, children }: SectionProps) => (
  <section className={styles['section']}>
    <h2>{title}</h2>
    {intro === undefined ? null : <p className={styles['intro']}>{intro}</p>}
    {children}
  </section>
);
