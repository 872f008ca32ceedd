/** Makes a policy, or changes the one with its name. */
import { useParlance } from '@parlance/react';
import { useState } from 'react';
import { useAction } from '../api/use-action.ts';
import {
  type ModelCapability,
  type RoutingQuery,
  type RoutingStrategy,
  UpsertRoutingPolicyDocument,
  type UpsertRoutingPolicyMutationVariables,
} from '../generated/graphql.ts';
import styles from '../parts/form.module.css';
import { CheckBox, Form, type FormValues, Select, TextField } from '../parts/form.tsx';
import { useWords } from '../translations/words.ts';
import { CacheFields, cacheInput } from './cache-fields.tsx';
import { type EditedRule, keepOrder, ruleInput } from './rule-input.ts';
import { RuleList } from './rule-list.tsx';

const strategies: readonly RoutingStrategy[] = ['PREFERENCE', 'PRICE', 'LATENCY', 'AUTO'];
const capabilities: readonly ModelCapability[] = ['TOOLS', 'JSON', 'VISION', 'PREFILL', 'EMBEDDING'];

export interface PolicyFormProps {
  /** Undefined for a new one. */
  readonly policy: RoutingQuery['routingPolicies'][number] | undefined;
  readonly models: RoutingQuery['models'];
  readonly onChanged: () => Promise<void>;
}

const textOrNull = (text: string): string | null => (text === '' ? null : text);

const inputOf = (
  values: FormValues,
  policy: PolicyFormProps['policy'],
  rules: readonly EditedRule[],
): UpsertRoutingPolicyMutationVariables['input'] => ({
  name: policy?.name ?? values.text('name'),
  description: textOrNull(values.text('description')),
  strategy: strategies.find((strategy) => strategy === values.text('strategy')) ?? 'PREFERENCE',
  modelIds: [...keepOrder(values.all('models'), policy?.models.map(({ id }) => id) ?? [])],
  requires: capabilities.filter((capability) => values.all('requires').includes(capability)),
  maxInputPrice: textOrNull(values.text('maxInputPrice')),
  maxOutputPrice: textOrNull(values.text('maxOutputPrice')),
  latencyTargetMs: values.number('latencyTargetMs') ?? null,
  costCeilingUsd: textOrNull(values.text('costCeilingUsd')),
  defaultOutputTokens: values.number('defaultOutputTokens') ?? null,
  maxOutputTokens: values.number('maxOutputTokens') ?? null,
  ...cacheInput(values),
  rules: rules.map((rule) => ruleInput(values, rule)),
  isDefault: values.isChecked('isDefault'),
});

export const PolicyForm = ({ policy, models, onChanged }: PolicyFormProps) => {
  const w = useWords();
  const client = useParlance();
  const action = useAction();
  const [rules, setRules] = useState<readonly EditedRule[]>(() =>
    (policy?.rules ?? []).map((stored) => ({ key: crypto.randomUUID(), stored })),
  );
  const submit = (values: FormValues) => {
    const input = inputOf(values, policy, rules);
    void action.run(
      async () => {
        await client.mutate(UpsertRoutingPolicyDocument, { input });
        await onChanged();
      },
      w('routing.saved', { name: input.name }),
    );
  };
  const decimal = { inputMode: 'decimal', pattern: '[0-9]+([.][0-9]+)?' } as const;
  const { name = '', description, strategy = 'PREFERENCE', requires = [], isDefault = false } = policy ?? {};
  return (
    <Form label={w('routing.policy')} submit={w('save')} action={action} onSubmit={submit}>
      <TextField name="name" label={w('name')} defaultValue={name} disabled={policy !== undefined} required />
      <TextField name="description" label={w('description')} defaultValue={description ?? ''} />
      <Select
        name="strategy"
        label={w('routing.strategy')}
        choices={strategies.map((value) => ({ value, label: w(`routing.strategy.${value}`) }))}
        defaultValue={strategy}
      />
      <TextField
        name="maxInputPrice"
        label={w('routing.maxInput')}
        defaultValue={policy?.maxInputPrice ?? ''}
        {...decimal}
      />
      <TextField
        name="maxOutputPrice"
        label={w('routing.maxOutput')}
        defaultValue={policy?.maxOutputPrice ?? ''}
        {...decimal}
      />
      <TextField
        name="latencyTargetMs"
        type="number"
        min={1}
        label={w('routing.latencyTarget')}
        defaultValue={policy?.latencyTargetMs ?? ''}
      />
      <TextField
        name="costCeilingUsd"
        label={w('routing.costCeiling')}
        defaultValue={policy?.costCeilingUsd ?? ''}
        {...decimal}
      />
      <TextField
        name="defaultOutputTokens"
        type="number"
        min={1}
        label={w('routing.defaultOutput')}
        defaultValue={policy?.defaultOutputTokens ?? ''}
      />
      <TextField
        name="maxOutputTokens"
        type="number"
        min={1}
        label={w('routing.mostOutput')}
        defaultValue={policy?.maxOutputTokens ?? ''}
      />
      <CacheFields policy={policy} />
      <CheckBox name="isDefault" label={w('routing.makeDefault')} defaultChecked={isDefault} />
      <fieldset className={styles['choices']}>
        <legend>{w('routing.chooseModels')}</legend>
        {models.map(({ id, displayName }) => (
          <CheckBox
            key={id}
            name="models"
            value={id}
            label={displayName}
            defaultChecked={policy?.models.some((model) => model.id === id) ?? false}
          />
        ))}
      </fieldset>
      <fieldset className={styles['choices']}>
        <legend>{w('routing.requires')}</legend>
        {capabilities.map((capability) => (
          <CheckBox
            key={capability}
            name="requires"
            value={capability}
            label={capability}
            defaultChecked={requires.includes(capability)}
          />
        ))}
      </fieldset>
      <RuleList rules={rules} models={models} onChange={setRules} />
    </Form>
  );
};
