/** Files that are pasted anywhere in the page. Text that is pasted stays text. */
import { useEffect, useEffectEvent } from 'react';

export const usePastedFiles = (onFiles: (files: readonly File[]) => void): void => {
  const take = useEffectEvent(({ clipboardData }: ClipboardEvent) => {
    if (!clipboardData || clipboardData.files.length === 0 || clipboardData.types.includes('text/plain')) return;
    onFiles([...clipboardData.files]);
  });
  useEffect(() => {
    const paste = (event: ClipboardEvent) => take(event);
    document.addEventListener('paste', paste);
    return () => document.removeEventListener('paste', paste);
  }, []);
};
