/** In place of a list without anything: what it is for. */
import { Icon, type IconName } from '../../design/icon.tsx';
import styles from './listing.module.css';

export interface EmptyListProps {
  readonly icon: IconName;
  readonly title: string;
  readonly words: string;
}

export const EmptyList = ({ icon, title, words }: EmptyListProps) => (
  <div className={styles['empty']}>
    <Icon name={icon} size={32} />
    <h2>{title}</h2>
    <p>{words}</p>
  </div>
);
