/** In place of a page that the reader may not see, or that there is not: who may, and the way on. */
import { useEffect } from 'react';
import { useWords } from '../translations/words.ts';
import styles from './console.module.css';
import type { ConsolePage } from './pages.ts';

export const Forbidden = ({ page }: { readonly page: ConsolePage | undefined }) => {
  const w = useWords();
  const title = page ? w('forbidden.title', { page: w(page.title) }) : w('missing.title');
  useEffect(() => {
    document.title = `${title} · Parlance`;
  }, [title]);
  return (
    <div className={styles['forbidden']}>
      <h1>{title}</h1>
      <p>{page ? w('forbidden.more', { rights: page.rights.join(', ') }) : w('missing.more')}</p>
      <p>
        <a href="/">{w('menu.chat')}</a>
      </p>
    </div>
  );
};
