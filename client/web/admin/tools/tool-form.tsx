/** Registers a tool, or replaces all but the secret of the one with its name. The schema is checked as it is typed. */
import { useParlance } from '@parlance/react';
import { type ChangeEvent, useState } from 'react';
import { useAction } from '../api/use-action.ts';
import { type ToolsQuery, UpsertToolDocument } from '../generated/graphql.ts';
import { CheckBox, Form, type FormValues, TextArea, TextField } from '../parts/form.tsx';
import { useWords } from '../translations/words.ts';
import { ApprovalSelect, approvalIn } from './approval-select.tsx';
import { checkSchema } from './check-schema.ts';

const firstSchema = `{
  "type": "object",
  "properties": {
    "order": { "type": "string" }
  },
  "required": ["order"]
}`;

export interface ToolFormProps {
  /** Undefined for a new one. */
  readonly tool: ToolsQuery['tools'][number] | undefined;
  readonly onSaved: (name: string, secret: string | null) => Promise<void>;
}

export const ToolForm = ({ tool, onSaved }: ToolFormProps) => {
  const w = useWords();
  const client = useParlance();
  const action = useAction();
  const [schema, setSchema] = useState(tool?.parameters ?? firstSchema);
  const found = checkSchema(schema);
  const change = ({ target }: ChangeEvent<HTMLTextAreaElement>) => setSchema(target.value);
  const submit = (values: FormValues) => {
    const input = {
      name: tool?.name ?? values.text('name'),
      description: values.text('description'),
      url: values.text('url'),
      timeoutMs: values.number('timeoutMs') ?? 10_000,
      enabled: values.isChecked('enabled'),
      approval: approvalIn(values.text('approval')) ?? null,
      parameters: schema,
    };
    void action.run(
      async () => {
        const { upsertTool } = await client.mutate(UpsertToolDocument, { input });
        await onSaved(input.name, upsertTool.secret);
      },
      w('tools.saved', { name: input.name }),
    );
  };
  const { name = '', description = '', url, timeoutMs = 10_000, enabled = true, approval = 'NEVER' } = tool ?? {};
  const hint = found ? w(`tools.schema.${found.fault}`, { at: found.at }) : w('tools.schema.good');
  return (
    <Form
      label={w('tools.register')}
      submit={w('save')}
      action={action}
      isDisabled={found !== undefined}
      onSubmit={submit}
    >
      <TextField
        name="name"
        label={w('name')}
        pattern="[A-Za-z0-9_\-]{1,64}"
        defaultValue={name}
        disabled={tool !== undefined}
        required
      />
      <TextField name="url" label={w('tools.url')} type="url" defaultValue={url ?? ''} required />
      <TextField name="timeoutMs" label={w('tools.timeout')} type="number" min={1} defaultValue={timeoutMs} required />
      <CheckBox name="enabled" label={w('tools.enabled')} defaultChecked={enabled} />
      <ApprovalSelect chosen={approval} />
      <TextArea
        name="description"
        label={w('description')}
        hint={w('tools.descriptionHint')}
        rows={2}
        maxLength={1_024}
        defaultValue={description}
        required
      />
      <TextArea
        label={w('tools.parameters')}
        hint={hint}
        rows={9}
        spellCheck={false}
        aria-invalid={found !== undefined}
        value={schema}
        onChange={change}
      />
    </Form>
  );
};
