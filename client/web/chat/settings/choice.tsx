/** One of a few values, as a row of radio buttons. */
import { type ChangeEvent, useId } from 'react';
import styles from './settings.module.css';

export interface ChoiceProps<Value extends string> {
  readonly label: string;
  readonly values: readonly Value[];
  readonly chosen: Value;
  readonly words: (value: Value) => string;
  readonly onChoose: (value: Value) => void;
}

export const Choice = <Value extends string>({ label, values, chosen, words, onChoose }: ChoiceProps<Value>) => {
  const name = useId();
  const change = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const value = values.find((candidate) => candidate === target.value);
    if (value !== undefined) onChoose(value);
  };
  return (
    <fieldset className={styles['choice']}>
      <legend>{label}</legend>
      <div className={styles['options']}>
        {values.map((value) => (
          <label key={value} className={styles['option']}>
            <input type="radio" name={name} value={value} checked={value === chosen} onChange={change} />
            <span>{words(value)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
};
