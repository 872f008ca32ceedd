/**
 * A button that opens a list of actions: arrows, Home and End move, Enter chooses, Escape and a press elsewhere close.
 * The list is a popover of the browser's own, so nothing clips it.
 */
import { type KeyboardEvent, type ReactNode, type ToggleEvent, useId, useLayoutEffect, useRef, useState } from 'react';
import buttonStyles from './button.module.css';
import hidden from './hidden.module.css';
import { Icon, type IconName } from './icon.tsx';
import styles from './menu.module.css';

export interface MenuItem {
  readonly label: string;
  readonly detail?: string;
  readonly icon?: IconName;
  /** Of several of which one is chosen; undefined for an action. */
  readonly chosen?: boolean;
  readonly isDanger?: boolean;
  readonly onChoose: () => void;
}

export interface MenuProps {
  readonly label: string;
  /** Whether the button shows the label before its children. It is read out in any case. */
  readonly showsLabel?: boolean;
  readonly items: readonly MenuItem[];
  /** What the button shows; without it, three dots. */
  readonly children?: ReactNode;
}

const moves: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowDown: (at, count) => (at + 1) % count,
  ArrowUp: (at, count) => (at - 1 + count) % count,
  Home: () => 0,
  End: (_, count) => count - 1,
};

const margin = 8;

/** Below the button, or above it where there is no space; always within the window. */
const place = (list: HTMLElement, button: HTMLElement): void => {
  const { left, right, top, bottom } = button.getBoundingClientRect();
  const { offsetWidth, offsetHeight } = list;
  const fitsBelow = bottom + offsetHeight + margin < innerHeight;
  const start = left + offsetWidth + margin < innerWidth ? left : right - offsetWidth;
  list.style.left = `${Math.max(margin, start)}px`;
  list.style.top = `${Math.max(margin, fitsBelow ? bottom + 4 : top - offsetHeight - 4)}px`;
};

interface ItemProps {
  readonly item: MenuItem;
  readonly close: () => void;
}

const ItemView = ({ item, close }: ItemProps) => {
  const choose = () => {
    close();
    item.onChoose();
  };
  return (
    <button
      type="button"
      {...(item.chosen === undefined ? { role: 'menuitem' } : { role: 'menuitemradio', 'aria-checked': item.chosen })}
      tabIndex={-1}
      className={styles['item']}
      data-danger={item.isDanger === true}
      onClick={choose}
    >
      {item.icon ? <Icon name={item.icon} size={16} /> : null}
      <span className={styles['words']}>
        {item.label}
        {item.detail === undefined ? null : <span className={styles['detail']}>{item.detail}</span>}
      </span>
      {item.chosen === true ? <Icon name="check" size={15} /> : null}
    </button>
  );
};

export const Menu = ({ label, showsLabel = false, items, children }: MenuProps) => {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const close = () => list.current?.hidePopover();
  const toggled = ({ newState }: ToggleEvent<HTMLDivElement>) => {
    setOpen(newState === 'open');
  };
  // When its items are there.
  useLayoutEffect(() => {
    if (!isOpen || !list.current || !button.current) return;
    place(list.current, button.current);
    list.current.querySelector<HTMLElement>('[aria-checked="true"], button')?.focus();
  }, [isOpen]);
  const move = (event: KeyboardEvent) => {
    const step = moves[event.key];
    if (event.key === 'Tab') close();
    if (!step || !list.current) return;
    event.preventDefault();
    const buttons: Element[] = [...list.current.querySelectorAll('button')];
    const at = document.activeElement ? buttons.indexOf(document.activeElement) : -1;
    const next = buttons[step(at, buttons.length)];
    if (next instanceof HTMLElement) next.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className={children === undefined ? buttonStyles['icon'] : styles['opener']}
        data-size="small"
        aria-label={children === undefined ? label : undefined}
        title={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        popoverTarget={id}
      >
        {children === undefined ? (
          <Icon name="more" />
        ) : (
          <>
            <span className={showsLabel ? undefined : hidden['hidden']}>{label}</span>
            {children}
          </>
        )}
      </button>
      <div
        ref={list}
        id={id}
        popover="auto"
        role="menu"
        aria-label={label}
        tabIndex={-1}
        className={styles['list']}
        onToggle={toggled}
        onKeyDown={move}
      >
        {isOpen ? items.map((item) => <ItemView key={item.label} item={item} close={close} />) : null}
      </div>
    </>
  );
};
