/** Registers an MCP server, or replaces the one with its name. Credentials that are left empty stay as they are. */
import { useParlance } from '@parlance/react';
import { type ChangeEvent, useState } from 'react';
import { useAction } from '../api/use-action.ts';
import { type McpServerStateFragment, UpsertMcpServerDocument } from '../generated/graphql.ts';
import { CheckBox, Form, type FormValues, Select, TextField } from '../parts/form.tsx';
import { ApprovalSelect, approvalIn } from '../tools/approval-select.tsx';
import { useWords } from '../translations/words.ts';

const authentications = ['KEEP', 'NONE', 'BEARER', 'CLIENT_CREDENTIALS'] as const;
type Authentication = (typeof authentications)[number];
const isAuthentication = (value: string): value is Authentication => authentications.some((one) => one === value);

export interface ServerFormProps {
  /** Undefined for a new one. */
  readonly server: McpServerStateFragment | undefined;
  readonly onSaved: () => Promise<void>;
}

const credentialsIn = (values: FormValues, authentication: Authentication) => {
  if (authentication === 'KEEP') return {};
  if (authentication === 'BEARER') return { authentication, bearerToken: values.text('bearerToken') };
  if (authentication === 'NONE') return { authentication };
  const scope = values.text('scope');
  return {
    authentication,
    tokenUrl: values.text('tokenUrl'),
    clientId: values.text('clientId'),
    clientSecret: values.text('clientSecret'),
    ...(scope === '' ? {} : { scope }),
  };
};

const CredentialFields = ({ authentication }: { readonly authentication: Authentication }) => {
  const w = useWords();
  if (authentication === 'BEARER')
    return <TextField name="bearerToken" label={w('mcp.token')} type="password" required />;
  if (authentication !== 'CLIENT_CREDENTIALS') return null;
  return (
    <>
      <TextField name="tokenUrl" label={w('mcp.tokenUrl')} type="url" required />
      <TextField name="clientId" label={w('mcp.clientId')} required />
      <TextField name="clientSecret" label={w('mcp.clientSecret')} type="password" required />
      <TextField name="scope" label={w('mcp.scope')} />
    </>
  );
};

export const ServerForm = ({ server, onSaved }: ServerFormProps) => {
  const w = useWords();
  const client = useParlance();
  const action = useAction();
  const [authentication, setAuthentication] = useState<Authentication>(server ? 'KEEP' : 'NONE');
  const choose = ({ target }: ChangeEvent<HTMLSelectElement>) => {
    if (isAuthentication(target.value)) setAuthentication(target.value);
  };
  const submit = (values: FormValues) => {
    const input = {
      name: server?.name ?? values.text('name'),
      url: values.text('url'),
      timeoutMs: values.number('timeoutMs') ?? 20_000,
      enabled: values.isChecked('enabled'),
      approval: approvalIn(values.text('approval')) ?? null,
      ...credentialsIn(values, authentication),
    };
    void action.run(
      async () => {
        await client.mutate(UpsertMcpServerDocument, { input });
        await onSaved();
      },
      w('mcp.saved', { name: input.name }),
    );
  };
  const { name = '', url = '', timeoutMs = 20_000, enabled = true, approval = 'AFTER_UNTRUSTED' } = server ?? {};
  const choices = authentications
    .filter((one) => one !== 'KEEP' || server !== undefined)
    .map((value) => ({ value, label: w(`mcp.authentication.${value}`) }));
  return (
    <Form label={w('mcp.register')} submit={w('save')} action={action} onSubmit={submit}>
      <TextField
        name="name"
        label={w('name')}
        hint={w('mcp.nameHint')}
        pattern="[a-z][a-z0-9\-]{0,23}"
        defaultValue={name}
        disabled={server !== undefined}
        required
      />
      <TextField name="url" label={w('tools.url')} type="url" defaultValue={url} required />
      <TextField name="timeoutMs" label={w('tools.timeout')} type="number" min={1} defaultValue={timeoutMs} required />
      <Select
        name="authentication"
        label={w('mcp.authentication')}
        choices={choices}
        value={authentication}
        onChange={choose}
      />
      <CredentialFields authentication={authentication} />
      <ApprovalSelect chosen={approval} />
      <CheckBox name="enabled" label={w('mcp.enabled')} defaultChecked={enabled} />
    </Form>
  );
};
