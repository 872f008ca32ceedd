/** The name, the budget and the plan of the tenant. */
import { useParlance } from '@parlance/react';
import { useAction } from '../api/use-action.ts';
import { type PlanTier, RenameTenantDocument, SetBudgetDocument, SetPlanDocument } from '../generated/graphql.ts';
import { Form, type FormValues, Select, TextField } from '../parts/form.tsx';
import { useWords } from '../translations/words.ts';

interface Changed {
  readonly onChanged: () => Promise<void>;
}

export const NameForm = ({ name, onChanged }: Changed & { readonly name: string }) => {
  const w = useWords();
  const client = useParlance();
  const action = useAction();
  const submit = (values: FormValues) => {
    const next = values.text('name');
    void action.run(
      async () => {
        await client.mutate(RenameTenantDocument, { name: next });
        await onChanged();
      },
      w('tenant.renamed', { name: next }),
    );
  };
  return (
    <Form label={w('tenant.name')} submit={w('tenant.rename')} action={action} onSubmit={submit}>
      <TextField name="name" label={w('tenant.name')} defaultValue={name} maxLength={200} required />
    </Form>
  );
};

export const BudgetForm = ({ monthlyUsd, onChanged }: Changed & { readonly monthlyUsd: string | undefined }) => {
  const w = useWords();
  const client = useParlance();
  const action = useAction();
  const submit = (values: FormValues) => {
    const next = values.text('budget');
    void action.run(
      async () => {
        await client.mutate(SetBudgetDocument, { monthlyUsd: next === '' ? null : next });
        await onChanged();
      },
      next === '' ? w('tenant.budgetRemoved') : w('tenant.budgetSet', { amount: next }),
    );
  };
  return (
    <Form label={w('tenant.budget')} submit={w('tenant.setBudget')} action={action} onSubmit={submit}>
      <TextField
        name="budget"
        label={w('tenant.monthly')}
        hint={w('tenant.monthlyHint')}
        inputMode="decimal"
        pattern="[0-9]+([.][0-9]+)?"
        defaultValue={monthlyUsd ?? ''}
      />
    </Form>
  );
};

const plans: readonly PlanTier[] = ['FREE', 'PRO', 'ENTERPRISE'];

export const PlanForm = ({ plan, onChanged }: Changed & { readonly plan: PlanTier }) => {
  const w = useWords();
  const client = useParlance();
  const action = useAction();
  const submit = (values: FormValues) => {
    const next = plans.find((known) => known === values.text('plan')) ?? plan;
    void action.run(
      async () => {
        await client.mutate(SetPlanDocument, { plan: next });
        await onChanged();
      },
      w('tenant.planSet', { plan: next }),
    );
  };
  return (
    <Form label={w('tenant.plan')} submit={w('tenant.setPlan')} action={action} onSubmit={submit}>
      <Select
        name="plan"
        label={w('tenant.plan')}
        hint={w('tenant.planHint')}
        choices={plans.map((value) => ({ value, label: value }))}
        defaultValue={plan}
      />
    </Form>
  );
};
