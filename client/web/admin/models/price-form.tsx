/** The next price of a model, from now on or from a moment to come. Decimals go to the server as they were typed. */
import { useParlance } from '@parlance/react';
import { useAction } from '../api/use-action.ts';
import { type ModelRowFragment, SetPriceDocument } from '../generated/graphql.ts';
import { Form, type FormValues, TextField } from '../parts/form.tsx';
import { useWords } from '../translations/words.ts';

export interface PriceFormProps {
  readonly model: ModelRowFragment;
  readonly onChanged: () => Promise<void>;
}

/** `datetime-local` has no zone; it is the reader's. */
const momentOf = (local: string): string | null => (local === '' ? null : new Date(local).toISOString());

export const PriceForm = ({ model, onChanged }: PriceFormProps) => {
  const w = useWords();
  const client = useParlance();
  const action = useAction();
  const { id, displayName: name, price } = model;
  const submit = (values: FormValues) => {
    const next = {
      input: values.text('input'),
      cachedInput: values.text('cached'),
      cacheWrite: values.text('cacheWrite'),
      output: values.text('output'),
    };
    const effectiveFrom = momentOf(values.text('from'));
    const input = { modelId: id, price: next, ...(effectiveFrom === null ? {} : { effectiveFrom }) };
    void action.run(
      async () => {
        await client.mutate(SetPriceDocument, { input });
        await onChanged();
      },
      w('models.priceSet', { name }),
    );
  };
  const field = { required: true, inputMode: 'decimal', pattern: '[0-9]+([.][0-9]+)?' } as const;
  return (
    <Form label={w('models.setPrice')} submit={w('models.setPrice')} action={action} onSubmit={submit}>
      <TextField name="input" label={w('models.input')} defaultValue={price.input} {...field} />
      <TextField name="cached" label={w('models.cached')} defaultValue={price.cachedInput} {...field} />
      <TextField name="cacheWrite" label={w('models.cacheWrite')} defaultValue={price.cacheWrite} {...field} />
      <TextField name="output" label={w('models.output')} defaultValue={price.output} {...field} />
      <TextField name="from" label={w('models.priceFrom')} hint={w('models.priceFromHint')} type="datetime-local" />
    </Form>
  );
};
