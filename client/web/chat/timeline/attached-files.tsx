/** The files that came with a question: pictures as such, others by their names. */
import { useFile } from '@parlance/react';
import { useTranslate } from '../../translations/translation.ts';
import styles from './timeline.module.css';

const AttachedFile = ({ id }: { readonly id: string }) => {
  const t = useTranslate();
  const file = useFile(id);
  if (file === undefined) return <li className={styles['file']} />;
  if (file === null || file.status === 'DELETED') return <li className={styles['file']}>{t('files.deleted')}</li>;
  const { name, previewUrl } = file;
  return (
    <li className={styles['file']} dir="auto">
      {previewUrl ? <img className={styles['preview']} src={previewUrl} alt={name} /> : name}
    </li>
  );
};

export const AttachedFiles = ({ ids }: { readonly ids: readonly string[] }) => {
  const t = useTranslate();
  if (ids.length === 0) return null;
  return (
    <ul className={styles['files']} aria-label={t('files.label')}>
      {ids.map((id) => (
        <AttachedFile key={id} id={id} />
      ))}
    </ul>
  );
};
