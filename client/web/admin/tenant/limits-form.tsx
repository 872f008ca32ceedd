/** Limits of the tenant and of each of its users. A field that stays empty changes nothing. */
import { useState } from 'react';
import { ButtonRow } from '../../design/button.tsx';
import { useAction } from '../api/use-action.ts';
import type { TenantQuotaInput } from '../generated/graphql.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { Form, type FormValues, TextField } from '../parts/form.tsx';
import { useWords } from '../translations/words.ts';

const limits = ['tokensPerDay', 'tokensPerMinute', 'userTokensPerDay', 'userTokensPerMinute'] as const;

/** Null restores what the plan says; what is left out stays. */
const ofPlan: TenantQuotaInput = {
  tokensPerDay: null,
  tokensPerMinute: null,
  userTokensPerDay: null,
  userTokensPerMinute: null,
};

const inputOf = (values: FormValues): TenantQuotaInput =>
  Object.fromEntries(limits.map((limit) => [limit, values.number(limit)]).filter(([, value]) => value !== undefined));

export interface LimitsFormProps {
  readonly label: string;
  /** On the button. */
  readonly submit: string;
  /** What to say when the limits are set. */
  readonly done: string;
  /** Giving all of them up: what to ask before, and what to say then. */
  readonly restore: {
    readonly label: string;
    readonly question: string;
    readonly consequence: string;
    readonly done: string;
  };
  readonly set: (input: TenantQuotaInput) => Promise<void>;
}

export const LimitsForm = ({ label, submit, done, restore, set }: LimitsFormProps) => {
  const w = useWords();
  const action = useAction();
  // A new form after each change, with empty fields.
  const [changes, setChanges] = useState(0);
  const run = (input: TenantQuotaInput, words: string) =>
    void action.run(async () => {
      await set(input);
      setChanges((before) => before + 1);
    }, words);
  return (
    <>
      <Form
        key={changes}
        label={label}
        submit={submit}
        action={action}
        onSubmit={(values) => run(inputOf(values), done)}
      >
        {limits.map((limit) => (
          <TextField key={limit} name={limit} label={w(`tenant.${limit}`)} type="number" min={0} step={1} />
        ))}
      </Form>
      <ButtonRow>
        <ConfirmButton
          label={restore.label}
          question={restore.question}
          consequence={restore.consequence}
          isDisabled={action.isRunning}
          act={() => run(ofPlan, restore.done)}
        />
      </ButtonRow>
    </>
  );
};
