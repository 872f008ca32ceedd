/** The mark with a name beside it, which lead to the first page. */
import { Link } from 'wouter';
import styles from './brand.module.css';
import { Mark } from './mark.tsx';

export const Brand = ({ name }: { readonly name: string }) => (
  <Link href="/" className={styles['brand'] ?? ''}>
    <Mark size={24} />
    {name}
  </Link>
);
