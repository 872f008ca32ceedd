/** How much of the storage is taken, in words, and as a bar for those who see it. */
import type { OwnStorageQuery } from '@parlance/client';
import { formatBytes } from '../../formats/format.ts';
import { useLanguage, useTranslate } from '../../translations/translation.ts';
import listing from '../listing/listing.module.css';
import styles from './files.module.css';

/** From this part on, the bar warns. */
const nearlyFull = 0.9;

export const StorageBar = ({ storage }: { readonly storage: OwnStorageQuery['fileStorage'] }) => {
  const t = useTranslate();
  const language = useLanguage();
  const { bytes, files, maxBytes } = storage;
  const part = maxBytes > 0 ? Math.min(1, bytes / maxBytes) : 1;
  const sizes = { used: formatBytes(bytes, language), limit: formatBytes(maxBytes, language) };
  return (
    <div className={styles['storage']}>
      <p className={listing['facts']}>{t('ownFiles.storage', { ...sizes, files })}</p>
      <span className={styles['track']} data-low={part >= nearlyFull} aria-hidden="true">
        <span style={{ inlineSize: `${part * 100}%` }} />
      </span>
    </div>
  );
};
