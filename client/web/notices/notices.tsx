/**
 * Short messages at the edge of the page: what happened, and a way to undo it. Invariant: at most three at once, and
 * each goes by itself, but not while the pointer or the focus is on it.
 */
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { Button, IconButton } from '../design/button.tsx';
import { useTranslate } from '../translations/translation.ts';
import styles from './notices.module.css';
import { type Notice, NotifyContext } from './notify-context.ts';

interface ShownNotice extends Notice {
  readonly id: number;
}

const maxShown = 3;
const shownForMs = 8_000;

interface NoticeViewProps {
  readonly notice: ShownNotice;
  readonly onEnd: (id: number) => void;
}

const NoticeView = ({ notice, onEnd }: NoticeViewProps) => {
  const t = useTranslate();
  const [isHeld, setHeld] = useState(false);
  const { id, words, action } = notice;
  useEffect(() => {
    if (isHeld) return undefined;
    const timer = setTimeout(() => onEnd(id), shownForMs);
    return () => clearTimeout(timer);
  }, [id, isHeld, onEnd]);
  const hold = () => setHeld(true);
  const release = () => setHeld(false);
  const end = () => onEnd(id);
  const act = () => {
    action?.run();
    end();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only keeps its buttons from vanishing under the pointer
    <div className={styles['notice']} onPointerEnter={hold} onPointerLeave={release} onFocus={hold} onBlur={release}>
      <span>{words}</span>
      {action ? <Button onClick={act}>{action.label}</Button> : null}
      <IconButton icon="close" size="small" label={t('close')} onClick={end} />
    </div>
  );
};

export const Notices = ({ children }: { readonly children: ReactNode }) => {
  const [shown, setShown] = useState<readonly ShownNotice[]>([]);
  const last = useRef(0);
  const notify = useCallback((notice: Notice) => {
    last.current += 1;
    const id = last.current;
    setShown((before) => [...before, { ...notice, id }].slice(-maxShown));
  }, []);
  const end = useCallback((id: number) => setShown((before) => before.filter((notice) => notice.id !== id)), []);
  const views = useMemo(
    () => shown.map((notice) => <NoticeView key={notice.id} notice={notice} onEnd={end} />),
    [shown, end],
  );
  return (
    <NotifyContext value={notify}>
      {children}
      <div className={styles['notices']} role="status">
        {views}
      </div>
    </NotifyContext>
  );
};
