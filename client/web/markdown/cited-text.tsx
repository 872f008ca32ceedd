/** Shows `[n]` in a text as a button that opens the passage n, where there is one. All else stays text. */
import { createContext, Fragment, useContext } from 'react';
import styles from './markdown.module.css';

export interface Citations {
  /** Numbers that stand for a passage. */
  readonly numbers: ReadonlySet<number>;
  /** The name of the button. */
  readonly label: (number: number) => string;
  readonly onOpen: (number: number) => void;
}

export const CitationsContext = createContext<Citations | undefined>(undefined);

export const CitedText = ({ text }: { readonly text: string }) => {
  const citations = useContext(CitationsContext);
  if (citations === undefined || !text.includes('[')) return text;
  // The odd parts are numbers.
  return text.split(/\[(\d{1,3})\]/).map((part, at) => {
    const number = Number(part);
    if (at % 2 === 0) return part;
    // biome-ignore lint/suspicious/noArrayIndexKey: parts stay in their place while the text grows.
    if (!citations.numbers.has(number)) return <Fragment key={at}>[{part}]</Fragment>;
    return (
      <button
        // biome-ignore lint/suspicious/noArrayIndexKey: likewise.
        key={at}
        type="button"
        className={styles['citation']}
        aria-label={citations.label(number)}
        onClick={() => citations.onOpen(number)}
      >
        {number}
      </button>
    );
  });
};
