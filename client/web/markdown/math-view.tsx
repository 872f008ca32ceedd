/**
 * A formula. KaTeX is loaded when the first one is shown; until then, and where KaTeX cannot read it, its source
 * stands there. KaTeX makes elements, not HTML text, follows no links, and its macros expand a bounded number of times.
 */
import { memo, useEffect, useRef, useState } from 'react';
import styles from './markdown.module.css';

type Katex = typeof import('./katex.ts');

/** Longer formulas stay source. */
const maxLength = 4_000;

let loading: Promise<Katex> | undefined;

const loadKatex = (): Promise<Katex> => {
  loading ??= import('./katex.ts').catch((fault: unknown) => {
    loading = undefined;
    throw fault;
  });
  return loading;
};

interface MathProps {
  readonly text: string;
  readonly display: boolean;
}

export const MathView = memo(({ text, display }: MathProps) => {
  const place = useRef<HTMLSpanElement>(null);
  const [isRendered, setRendered] = useState(false);
  useEffect(() => {
    let isCurrent = true;
    if (text.length > maxLength) return undefined;
    loadKatex().then(
      ({ renderFormula }) => {
        if (!isCurrent || !place.current) return;
        setRendered(renderFormula(text, place.current, display));
      },
      // Without KaTeX the source stays.
      () => undefined,
    );
    return () => {
      isCurrent = false;
    };
  }, [text, display]);
  return (
    <span className={display ? styles['display'] : styles['formula']} data-math="">
      <span ref={place} hidden={!isRendered} />
      {!isRendered && <code className={styles['code']}>{text}</code>}
    </span>
  );
});
