/** The settings of one chat: how much models think, for what is sent from this device, and what the chat may cost. */
import { isParlanceError, type ParlanceFault } from '@parlance/client';
import { type ChangeEvent, type FormEvent, useId, useState } from 'react';
import { Button, IconButton } from '../../design/button.tsx';
import { Dialog } from '../../design/dialog.tsx';
import { describeFault } from '../../faults/describe-fault.ts';
import { useStored } from '../../preferences/use-stored.ts';
import { useTranslate } from '../../translations/translation.ts';
import { type Effort, effortStored, efforts } from '../device/sending.ts';
import { Choice } from './choice.tsx';
import styles from './settings.module.css';

export interface ChatSettingsProps {
  /** US dollars; null or undefined for no budget. */
  readonly budgetUsd: string | null | undefined;
  /** Rejects with the ParlanceError of a refusal. */
  readonly setBudget: (budgetUsd: string | null) => Promise<void>;
}

const BudgetForm = ({ budgetUsd, setBudget }: ChatSettingsProps) => {
  const t = useTranslate();
  const fieldId = useId();
  const hintId = useId();
  const [text, setText] = useState(budgetUsd ?? '');
  const [outcome, setOutcome] = useState<'saved' | ParlanceFault>();
  const change = ({ target }: ChangeEvent<HTMLInputElement>) => {
    setText(target.value);
    setOutcome(undefined);
  };
  const save = async () => {
    try {
      await setBudget(text === '' ? null : text);
      setOutcome('saved');
    } catch (error) {
      if (!isParlanceError(error)) throw error;
      setOutcome(error);
    }
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void save();
  };
  return (
    <form className={styles['choice']} onSubmit={submit}>
      <label htmlFor={fieldId}>{t('chat.budget')}</label>
      <div className={styles['options']}>
        <input
          id={fieldId}
          className={styles['field']}
          type="number"
          inputMode="decimal"
          min={0}
          step="any"
          aria-describedby={hintId}
          value={text}
          onChange={change}
        />
        <Button submits>{t('chat.saveBudget')}</Button>
      </div>
      <p id={hintId}>{t('chat.budgetMore')}</p>
      <p role="status">{outcome === 'saved' ? t('chat.saved') : ''}</p>
      {outcome === undefined || outcome === 'saved' ? null : <p role="alert">{describeFault(outcome, t).words}</p>}
    </form>
  );
};

/** A button that opens them. */
export const ChatSettings = (props: ChatSettingsProps) => {
  const t = useTranslate();
  const [effort, setEffort] = useStored(effortStored);
  const [isOpen, setOpen] = useState(false);
  const effortWords = (value: Effort) => t(`effort.${value}`);
  return (
    <>
      <IconButton icon="settings" label={t('chat.settings')} onClick={() => setOpen(true)} />
      {isOpen ? (
        <Dialog title={t('chat.settings')} closeLabel={t('close')} onClose={() => setOpen(false)}>
          <Choice label={t('chat.effort')} values={efforts} chosen={effort} words={effortWords} onChoose={setEffort} />
          <BudgetForm {...props} />
        </Dialog>
      ) : null}
    </>
  );
};
