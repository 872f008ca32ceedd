/** Forms: fields with their labels, and a button that submits what was typed. Invariant: a fault stands by the form. */
import type { FormEvent, InputHTMLAttributes, ReactNode, SelectHTMLAttributes, TextareaHTMLAttributes } from 'react';
import { useId } from 'react';
import { Button, ButtonRow } from '../../design/button.tsx';
import type { Action } from '../api/use-action.ts';
import { FaultView } from './fault-view.tsx';
import styles from './form.module.css';

interface Labelled {
  readonly label: string;
  readonly hint?: string | undefined;
}

interface FrameProps extends Labelled {
  readonly id: string;
  readonly children: ReactNode;
}

const Frame = ({ id, label, hint, children }: FrameProps) => (
  <div className={styles['field']}>
    <label htmlFor={id}>{label}</label>
    {children}
    {hint === undefined ? null : (
      <span id={`${id}-hint`} className={styles['hint']}>
        {hint}
      </span>
    )}
  </div>
);

const described = (id: string, hint: string | undefined) =>
  hint === undefined ? {} : { 'aria-describedby': `${id}-hint` };

export const TextField = ({ label, hint, ...input }: Labelled & InputHTMLAttributes<HTMLInputElement>) => {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint}>
      <input id={id} autoComplete="off" {...described(id, hint)} {...input} />
    </Frame>
  );
};

export const TextArea = ({ label, hint, ...input }: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>) => {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint}>
      <textarea id={id} rows={4} {...described(id, hint)} {...input} />
    </Frame>
  );
};

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface SelectProps extends Labelled, SelectHTMLAttributes<HTMLSelectElement> {
  readonly choices: readonly Choice[];
}

export const Select = ({ label, hint, choices, ...select }: SelectProps) => {
  const id = useId();
  return (
    <Frame id={id} label={label} hint={hint}>
      <select id={id} {...described(id, hint)} {...select}>
        {choices.map(({ value, label: words }) => (
          <option key={value} value={value}>
            {words}
          </option>
        ))}
      </select>
    </Frame>
  );
};

export const CheckBox = ({ label, ...input }: { readonly label: string } & InputHTMLAttributes<HTMLInputElement>) => (
  <label className={styles['check']}>
    <input type="checkbox" {...input} />
    {label}
  </label>
);

export interface FormProps {
  readonly label: string;
  /** On the button. */
  readonly submit: string;
  readonly action: Action;
  readonly isDisabled?: boolean;
  readonly onSubmit: (values: FormValues) => void;
  readonly children: ReactNode;
}

export interface FormValues {
  /** Without spaces around it; empty where there is none. */
  text(name: string): string;
  /** Undefined where nothing was typed. */
  number(name: string): number | undefined;
  isChecked(name: string): boolean;
  /** Of boxes with one name that are checked. */
  all(name: string): readonly string[];
}

const valuesOf = (data: FormData): FormValues => {
  const text = (name: string): string => {
    const value = data.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  return {
    text,
    number: (name) => (text(name) === '' ? undefined : Number(text(name))),
    isChecked: (name) => data.has(name),
    all: (name) => data.getAll(name).filter((value) => typeof value === 'string'),
  };
};

export const Form = ({ label, submit, action, isDisabled = false, onSubmit, children }: FormProps) => {
  const take = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSubmit(valuesOf(new FormData(event.currentTarget)));
  };
  return (
    <form className={styles['form']} aria-label={label} onSubmit={take}>
      {children}
      <FaultView fault={action.fault} />
      <ButtonRow>
        <Button look="main" submits disabled={isDisabled || action.isRunning}>
          {submit}
        </Button>
      </ButtonRow>
    </form>
  );
};
