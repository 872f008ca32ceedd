/** A page that says what is wrong and what helps: nothing at this address, or a fault. */
import type { ReactNode } from 'react';
import { Mark } from '../design/mark.tsx';
import styles from './pages.module.css';

export interface NoticePageProps {
  readonly title: string;
  readonly text: string;
  /** Whether it stands within the page's main part. */
  readonly isPart?: boolean;
  /** What helps: links and buttons. */
  readonly children: ReactNode;
}

export const NoticePage = ({ title, text, isPart = false, children }: NoticePageProps) => {
  const Tag = isPart ? 'div' : 'main';
  return (
    <Tag className={styles['page']}>
      <div className={styles['welcome']}>
        <Mark size={36} />
        <h1>{title}</h1>
        <p className={styles['lead']}>{text}</p>
        <p className={styles['actions']}>{children}</p>
      </div>
    </Tag>
  );
};
