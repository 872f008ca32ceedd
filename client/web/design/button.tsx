/** Buttons: with words, or with an icon and a name, and several in a row. */
import type { ButtonHTMLAttributes, ReactNode } from 'react';
import styles from './button.module.css';
import { Icon, type IconName } from './icon.tsx';

type Native = Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'className' | 'type'>;

export interface ButtonProps extends Native {
  readonly look?: 'plain' | 'main' | 'danger';
  readonly icon?: IconName;
  readonly submits?: boolean;
  readonly children: ReactNode;
}

export const Button = ({ look = 'plain', icon, submits = false, children, ...native }: ButtonProps) => (
  <button {...native} type={submits ? 'submit' : 'button'} className={styles['button']} data-look={look}>
    {icon ? <Icon name={icon} size={16} /> : null}
    {children}
  </button>
);

export interface IconButtonProps extends Native {
  readonly icon: IconName;
  /** What it does: read out, and shown when the pointer rests on it. */
  readonly label: string;
  readonly size?: 'small' | 'large';
  readonly look?: 'plain' | 'main';
  readonly submits?: boolean;
}

export const IconButton = ({
  icon,
  label,
  size = 'large',
  look = 'plain',
  submits = false,
  ...native
}: IconButtonProps) => (
  <button
    {...native}
    type={submits ? 'submit' : 'button'}
    className={styles['icon']}
    data-size={size}
    data-look={look}
    aria-label={label}
    title={label}
  >
    <Icon name={icon} size={size === 'small' ? 16 : 19} />
  </button>
);

export const ButtonRow = ({ children }: { readonly children: ReactNode }) => (
  <div className={styles['row']}>{children}</div>
);
