/** The limits of the tenant and of each of its users. A field that stays empty changes nothing. */

import { useParlance } from '@parlance/react';
import { useState } from 'react';
import { ButtonRow } from '../../design/button.tsx';
import { useAction } from '../api/use-action.ts';
import { SetTenantQuotaDocument, type TenantQuotaInput } from '../generated/graphql.ts';
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

export const TenantQuota = ({ onChanged }: { readonly onChanged: () => Promise<void> }) => {
  const w = useWords();
  const client = useParlance();
  const action = useAction();
  // A new form after each change, with empty fields.
  const [changes, setChanges] = useState(0);
  const set = (input: TenantQuotaInput, done: string) =>
    void action.run(async () => {
      await client.mutate(SetTenantQuotaDocument, { input });
      await onChanged();
      setChanges((before) => before + 1);
    }, done);
  return (
    <>
      <Form
        key={changes}
        label={w('tenant.quota')}
        submit={w('tenant.setQuota')}
        action={action}
        onSubmit={(values) => set(inputOf(values), w('tenant.quotaSet'))}
      >
        {limits.map((limit) => (
          <TextField key={limit} name={limit} label={w(`tenant.${limit}`)} type="number" min={0} step={1} />
        ))}
      </Form>
      <ButtonRow>
        <ConfirmButton
          label={w('tenant.restore')}
          question={w('tenant.restoreSure')}
          consequence={w('tenant.restoreMore')}
          isDisabled={action.isRunning}
          act={() => set(ofPlan, w('tenant.restored'))}
        />
      </ButtonRow>
    </>
  );
};
