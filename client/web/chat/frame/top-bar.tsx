/** The bar above a conversation: the way to the list on a narrow page, the title, the state of the connection. */
import { type ReactNode, useContext } from 'react';
import { IconButton } from '../../design/button.tsx';
import { useTranslate } from '../../translations/translation.ts';
import { ConnectionState } from './connection-state.tsx';
import styles from './frame.module.css';
import { SideContext } from './side-context.ts';

export interface TopBarProps {
  readonly title: string;
  readonly isBehind: boolean;
  /** Controls of the conversation. */
  readonly children?: ReactNode;
}

export const TopBar = ({ title, isBehind, children }: TopBarProps) => {
  const t = useTranslate();
  const openSide = useContext(SideContext);
  return (
    <header className={styles['bar']}>
      <span className={styles['toggle']}>
        <IconButton icon="menu" label={t('shell.openList')} onClick={openSide} />
      </span>
      {title === '' ? null : <h1>{title}</h1>}
      <span className={styles['space']} />
      <ConnectionState isBehind={isBehind} />
      {children}
    </header>
  );
};
