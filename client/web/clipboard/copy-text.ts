/** Copies a text, and says for a moment that it did. */
import { useCallback, useEffect, useRef, useState } from 'react';

const saidForMs = 2_000;

export const useCopy = (text: string): readonly [isCopied: boolean, copy: () => void] => {
  const [isCopied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = useCallback(() => {
    navigator.clipboard.writeText(text).then(
      () => {
        setCopied(true);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => setCopied(false), saidForMs);
      },
      () => setCopied(false),
    );
  }, [text]);
  return [isCopied, copy];
};
