/** Stands for the whole application when it cannot be shown. Rendered at build time too, for servers in front of it. */
import { useTranslate } from '../translations/translation.ts';
import { NoticePage } from './notice-page.tsx';
import styles from './pages.module.css';

export const ErrorPage = ({ isPart = false }: { readonly isPart?: boolean }) => {
  const t = useTranslate();
  return (
    <NoticePage title={t('broken.title')} text={t('broken.more')} isPart={isPart}>
      <a className={styles['main']} href="/">
        {t('broken.again')}
      </a>
    </NoticePage>
  );
};
