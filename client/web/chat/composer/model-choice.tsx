/** Which model, or which of the tenant's policies, writes the next reply. */
import { Icon } from '../../design/icon.tsx';
import { Menu } from '../../design/menu.tsx';
import { useTranslate } from '../../translations/translation.ts';
import type { ModelOption } from '../models/model-options.ts';
import styles from './composer.module.css';

export interface ModelChoiceProps {
  readonly options: readonly ModelOption[];
  /** Undefined or null: as the tenant has it. */
  readonly chosen: string | null | undefined;
  readonly onChoose: (id: string | null) => void;
}

export const ModelChoice = ({ options, chosen, onChoose }: ModelChoiceProps) => {
  const t = useTranslate();
  const current = options.find(({ id }) => id === chosen);
  const items = [
    { label: t('model.automatic'), detail: t('model.automaticMore'), chosen: !current, onChoose: () => onChoose(null) },
    ...options.map(({ id, name, detail }) => ({
      label: name,
      detail,
      chosen: id === chosen,
      onChoose: () => onChoose(id),
    })),
  ];
  return (
    <Menu label={t('model.choose')} items={items}>
      <span className={styles['model']}>{current?.name ?? t('model.automatic')}</span>
      <Icon name="chevron" size={14} />
    </Menu>
  );
};
