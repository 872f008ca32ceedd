/**
 * A dialog of the browser's own: it keeps the focus, closes with Escape or a press beside it, and gives the focus back.
 * While it is rendered, it is open.
 */
import { type MouseEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import { IconButton } from './button.tsx';
import styles from './dialog.module.css';

export interface DialogProps {
  readonly title: string;
  readonly closeLabel: string;
  readonly wide?: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export const Dialog = ({ title, closeLabel, wide = false, onClose, children }: DialogProps) => {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement;
    if (dialog && !dialog.open) dialog.showModal();
    return () => {
      dialog?.close();
      // By then the dialog has left the page, and the browser gives the focus of such a one to nothing.
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  // The padding is inside, so a press on the dialog itself is one beside its content.
  const closeFromBeside = (event: MouseEvent) => {
    if (event.target === element.current) onClose();
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it, which the browser does
    <dialog
      ref={element}
      className={styles['dialog']}
      data-wide={wide}
      aria-labelledby={titleId}
      onCancel={onClose}
      onClick={closeFromBeside}
    >
      <div className={styles['content']}>
        <header className={styles['head']}>
          <h2 id={titleId}>{title}</h2>
          <IconButton icon="close" label={closeLabel} onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  );
};
