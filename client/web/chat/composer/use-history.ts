/**
 * Earlier questions with the arrow keys, as in a shell. Invariant: what was typed before the first arrow comes back at
 * the end of the way down.
 */
import { type KeyboardEvent, useRef } from 'react';

interface Place {
  /** 0: what was typed; 1: the last question, and so on. */
  readonly back: number;
  readonly typed: string;
  /** What it has put there: once it was changed, the arrows move the cursor again. */
  readonly shown: string;
}

/** @param questions oldest first */
export const useHistory = (questions: readonly string[], setText: (text: string) => void) => {
  const place = useRef<Place>({ back: 0, typed: '', shown: '' });
  return (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    const { value } = event.currentTarget;
    const { back, typed, shown } = place.current;
    const isMoving = back > 0 && value === shown;
    const step = event.key === 'ArrowUp' ? 1 : -1;
    if (!['ArrowUp', 'ArrowDown'].includes(event.key) || event.shiftKey || !(isMoving || (step === 1 && value === '')))
      return;
    const next = (isMoving ? back : 0) + step;
    const question = next === 0 ? typed : questions.at(-next);
    if (question === undefined || next > questions.length) return;
    event.preventDefault();
    place.current = { back: next, typed: isMoving ? typed : value, shown: question };
    setText(question);
  };
};
