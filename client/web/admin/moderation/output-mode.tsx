/**
 * When replies are screened, how much of them is held back meanwhile, which models screen beside the rules, and what
 * models may read of data about people.
 */
import { useParlance } from '@parlance/react';
import { useRead } from '../../reads/use-read.ts';
import { useAction } from '../api/use-action.ts';
import {
  type ModerationPolicyInput,
  type ModerationProvider,
  SetThresholdsDocument,
  ThresholdsDocument,
} from '../generated/graphql.ts';
import { FaultView } from '../parts/fault-view.tsx';
import { CheckBox, Form, type FormValues, Select, TextField } from '../parts/form.tsx';
import { useWords } from '../translations/words.ts';

const modes = ['AFTER', 'WINDOW'] as const;
const piiPolicies = ['OFF', 'MASK_PROMPTS'] as const;

export const OutputMode = () => {
  const w = useWords();
  const client = useParlance();
  const { data, fault, refetch } = useRead(ThresholdsDocument, {});
  const action = useAction();
  if (!data) return <FaultView fault={fault} retry={refetch} />;
  const { availableProviders, input, output, pii } = data.moderationPolicy;
  const checked = (values: FormValues, name: string): ModerationProvider[] =>
    availableProviders.filter((provider) => values.all(name).includes(provider));
  const save = (values: FormValues) => {
    const hold = values.number('holdCharacters');
    const change: ModerationPolicyInput = {
      input: { providers: checked(values, 'inputProviders') },
      output: {
        mode: modes.find((mode) => mode === values.text('mode')) ?? output.mode,
        ...(hold === undefined ? {} : { holdCharacters: hold }),
        providers: checked(values, 'outputProviders'),
      },
      pii: piiPolicies.find((policy) => policy === values.text('pii')) ?? pii,
    };
    void action.run(async () => {
      await client.mutate(SetThresholdsDocument, { input: change });
      await refetch();
    }, w('moderation.modeSaved'));
  };
  const providerBoxes = (name: 'inputProviders' | 'outputProviders', chosen: readonly ModerationProvider[]) =>
    availableProviders.map((provider) => (
      <CheckBox
        key={`${name} ${provider}`}
        name={name}
        value={provider}
        label={w(`moderation.${name}`, { provider: w(`moderation.provider.${provider}`) })}
        defaultChecked={chosen.includes(provider)}
      />
    ));
  return (
    <Form
      key={JSON.stringify([output, pii])}
      label={w('moderation.saveMode')}
      submit={w('moderation.saveMode')}
      action={action}
      onSubmit={save}
    >
      <Select
        name="mode"
        label={w('moderation.mode')}
        hint={w('moderation.modeHint')}
        choices={modes.map((mode) => ({ value: mode, label: w(`moderation.mode.${mode}`) }))}
        defaultValue={output.mode}
      />
      <TextField
        name="holdCharacters"
        type="number"
        min={1}
        max={1_000}
        step={1}
        label={w('moderation.hold')}
        hint={w('moderation.holdHint', { least: output.leastHoldCharacters })}
        defaultValue={output.holdCharacters}
      />
      <Select
        name="pii"
        label={w('moderation.pii')}
        hint={w('moderation.piiHint')}
        choices={piiPolicies.map((policy) => ({ value: policy, label: w(`moderation.pii.${policy}`) }))}
        defaultValue={pii}
      />
      {providerBoxes('inputProviders', input.providers)}
      {providerBoxes('outputProviders', output.providers)}
    </Form>
  );
};
