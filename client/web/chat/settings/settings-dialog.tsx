/**
 * The settings, in sections: how it looks, the keys of the keyboard, sessions, API keys, the
 * user's own data.
 */
import { Dialog } from '../../design/dialog.tsx';
import { useTranslate } from '../../translations/translation.ts';
import { ApiKeys } from './api-keys.tsx';
import { Appearance } from './appearance.tsx';
import { KeyboardHelp } from './keyboard-help.tsx';
import { OwnData } from './own-data.tsx';
import { Sessions } from './sessions.tsx';
import styles from './settings.module.css';

const sections = ['appearance', 'keyboard', 'sessions', 'keys', 'data'] as const;
export type SettingsSection = (typeof sections)[number];

const contents = {
  appearance: Appearance,
  keyboard: KeyboardHelp,
  sessions: Sessions,
  keys: ApiKeys,
  data: OwnData,
} as const;

export interface SettingsDialogProps {
  readonly section: SettingsSection;
  readonly onSection: (section: SettingsSection) => void;
  readonly onClose: () => void;
}

export const SettingsDialog = ({ section, onSection, onClose }: SettingsDialogProps) => {
  const t = useTranslate();
  const Content = contents[section];
  const choose = (next: SettingsSection) => () => onSection(next);
  return (
    <Dialog title={t('settings.title')} closeLabel={t('close')} wide onClose={onClose}>
      <nav className={styles['sections']} aria-label={t('settings.sections')}>
        {sections.map((name) => (
          <button
            key={name}
            type="button"
            className={styles['section']}
            aria-current={name === section}
            onClick={choose(name)}
          >
            {t(`settings.${name}`)}
          </button>
        ))}
      </nav>
      <div className={styles['content']}>
        <Content />
      </div>
    </Dialog>
  );
};
