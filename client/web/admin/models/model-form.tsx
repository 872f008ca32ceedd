/** Adds a model, or replaces the terms of the one with its id. */
import { useParlance } from '@parlance/react';
import { useAction } from '../api/use-action.ts';
import {
  type ModelCapability,
  type PlanTier,
  type Pool,
  UpsertModelDocument,
  type UpsertModelMutationVariables,
} from '../generated/graphql.ts';
import styles from '../parts/form.module.css';
import { CheckBox, Form, type FormValues, Select, TextField } from '../parts/form.tsx';
import { useWords } from '../translations/words.ts';

const capabilities: readonly ModelCapability[] = ['TOOLS', 'JSON', 'VISION', 'PREFILL', 'EMBEDDING'];
const tiers: readonly PlanTier[] = ['FREE', 'PRO', 'ENTERPRISE'];
const pools: readonly Pool[] = ['EXTERNAL', 'SMALL', 'MEDIUM', 'LARGE'];

const inputOf = (values: FormValues): UpsertModelMutationVariables['input'] => ({
  id: values.text('id'),
  displayName: values.text('displayName'),
  contextWindow: values.number('contextWindow') ?? 0,
  maxOutputTokens: values.number('maxOutputTokens') ?? 0,
  pool: pools.find((pool) => pool === values.text('pool')) ?? 'EXTERNAL',
  capabilities: capabilities.filter((capability) => values.all('capabilities').includes(capability)),
  tiers: tiers.filter((tier) => values.all('tiers').includes(tier)),
  price: {
    input: values.text('input'),
    cachedInput: values.text('cached'),
    cacheWrite: values.text('cacheWrite') || null,
    output: values.text('output'),
  },
});

export const ModelForm = ({ onChanged }: { readonly onChanged: () => Promise<void> }) => {
  const w = useWords();
  const client = useParlance();
  const action = useAction();
  const submit = (values: FormValues) => {
    const input = inputOf(values);
    void action.run(
      async () => {
        await client.mutate(UpsertModelDocument, { input });
        await onChanged();
      },
      w('models.upserted', { name: input.displayName }),
    );
  };
  const decimal = { required: true, inputMode: 'decimal', pattern: '[0-9]+([.][0-9]+)?' } as const;
  const count = { required: true, type: 'number', min: 1, step: 1 } as const;
  return (
    <Form label={w('models.upsert')} submit={w('save')} action={action} onSubmit={submit}>
      <TextField name="id" label={w('models.id')} hint={w('models.idHint')} required />
      <TextField name="displayName" label={w('name')} required />
      <TextField name="contextWindow" label={w('models.window')} {...count} />
      <TextField name="maxOutputTokens" label={w('models.longest')} {...count} />
      <Select name="pool" label={w('models.pool')} choices={pools.map((pool) => ({ value: pool, label: pool }))} />
      <TextField name="input" label={w('models.input')} {...decimal} />
      <TextField name="cached" label={w('models.cached')} {...decimal} />
      <TextField name="cacheWrite" label={w('models.cacheWrite')} {...decimal} required={false} />
      <TextField name="output" label={w('models.output')} {...decimal} />
      <fieldset className={styles['choices']}>
        <legend>{w('models.tiers')}</legend>
        {tiers.map((tier) => (
          <CheckBox key={tier} name="tiers" value={tier} label={tier} defaultChecked />
        ))}
      </fieldset>
      <fieldset className={styles['choices']}>
        <legend>{w('models.capabilities')}</legend>
        {capabilities.map((capability) => (
          <CheckBox key={capability} name="capabilities" value={capability} label={capability} />
        ))}
      </fieldset>
    </Form>
  );
};
