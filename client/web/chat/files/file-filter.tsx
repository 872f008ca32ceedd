/** Narrows the list of files: by a part of the name, and by kind. */
import type { FileKind } from '@parlance/client';
import type { ChangeEvent } from 'react';
import { Icon } from '../../design/icon.tsx';
import { useTranslate } from '../../translations/translation.ts';
import styles from './files.module.css';

const kinds = ['DOCUMENT', 'IMAGE', 'TEXT', 'DATA'] as const satisfies readonly FileKind[];

/** The server's bound. */
const mostCharacters = 255;

export interface FileFilterProps {
  readonly text: string;
  /** Null for all. */
  readonly kind: FileKind | null;
  readonly onType: (event: ChangeEvent<HTMLInputElement>) => void;
  readonly onChoose: (kind: FileKind | null) => void;
}

export const FileFilter = ({ text, kind, onType, onChoose }: FileFilterProps) => {
  const t = useTranslate();
  const choose = ({ target }: ChangeEvent<HTMLSelectElement>) =>
    onChoose(kinds.find((known) => known === target.value) ?? null);
  return (
    <search className={styles['filter']}>
      <span className={styles['name']}>
        <Icon name="search" size={16} />
        <input
          type="search"
          aria-label={t('ownFiles.search')}
          placeholder={t('ownFiles.search')}
          value={text}
          maxLength={mostCharacters}
          autoComplete="off"
          onChange={onType}
        />
      </span>
      <select aria-label={t('ownFiles.kinds')} value={kind ?? ''} onChange={choose}>
        <option value="">{t('ownFiles.kind.all')}</option>
        {kinds.map((value) => (
          <option key={value} value={value}>
            {t(`ownFiles.kind.${value}`)}
          </option>
        ))}
      </select>
    </search>
  );
};
