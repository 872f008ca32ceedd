/** What the keyboard reaches first: past the menu, to what the page is about. It is seen only while it is reached. */
import styles from './skip-link.module.css';

export interface SkipLinkProps {
  /** Id of the element that it leads to. */
  readonly to: string;
  readonly label: string;
}

export const SkipLink = ({ to, label }: SkipLinkProps) => (
  <a href={`#${to}`} className={styles['skip']}>
    {label}
  </a>
);
