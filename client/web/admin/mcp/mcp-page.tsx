/** The tenant's MCP servers, with what they list and what of it has changed. Invariant: no credentials are shown. */
import { useParlance } from '@parlance/react';
import { useState } from 'react';
import { Button, ButtonRow } from '../../design/button.tsx';
import { formatMoment } from '../../formats/format.ts';
import { useRead } from '../../reads/use-read.ts';
import { useLanguage } from '../../translations/translation.ts';
import { useAction } from '../api/use-action.ts';
import {
  DeleteMcpServerDocument,
  type McpServerStateFragment,
  McpServersDocument,
  SetMcpToolDocument,
  ToolCallsDocument,
  UpsertMcpServerDocument,
} from '../generated/graphql.ts';
import { ConfirmButton } from '../parts/confirm-button.tsx';
import { FaultView } from '../parts/fault-view.tsx';
import { Badge } from '../parts/figures.tsx';
import { Page, Section } from '../parts/page.tsx';
import { CallList } from '../tools/call-list.tsx';
import { useWords } from '../translations/words.ts';
import { McpTools, type McpToolsProps } from './mcp-tools.tsx';
import { ServerForm } from './server-form.tsx';

interface ServerViewProps extends McpToolsProps {
  readonly edit: (name: string) => void;
  readonly remove: (name: string) => void;
}

const ServerView = ({ edit, remove, ...given }: ServerViewProps) => {
  const w = useWords();
  const language = useLanguage();
  const { name, url, failure, listedAt, changedAt, enabled, approval } = given.server;
  return (
    <Section title={name}>
      <p>
        {url} {enabled ? null : <Badge>{w('disabled')}</Badge>}
      </p>
      {failure === null ? null : (
        <p>
          <Badge tone="bad">{w('mcp.failure')}</Badge> {failure}
        </p>
      )}
      <p>
        {w('mcp.times', {
          listed: listedAt === null ? w('mcp.never') : formatMoment(listedAt, language),
          changed: formatMoment(changedAt, language),
        })}
      </p>
      <p>{w('mcp.approval', { when: w(`tools.approval.${approval}`) })}</p>
      <McpTools {...given} />
      <ButtonRow>
        <Button aria-label={w('editOne', { name })} onClick={() => edit(name)}>
          {w('edit')}
        </Button>
        <ConfirmButton
          label={w('delete')}
          name={w('deleteOne', { name })}
          question={w('mcp.deleteSure', { name })}
          consequence={w('mcp.deleteMore')}
          isDisabled={given.isRunning}
          act={() => remove(name)}
        />
      </ButtonRow>
    </Section>
  );
};

const noServers: readonly string[] = [];

export const McpPage = () => {
  const w = useWords();
  const client = useParlance();
  const { data, fault, refetch } = useRead(McpServersDocument, {});
  const { isRunning, fault: refused, run } = useAction();
  const [edited, setEdited] = useState<string>();
  const server = data?.mcpServers.find(({ name }) => name === edited);
  const decide = (
    { name }: McpServerStateFragment,
    tool: Pick<McpServerStateFragment['tools'][number], 'name' | 'hash'>,
    enabled: boolean,
  ) =>
    void run(
      async () => {
        const input = { server: name, tool: tool.name, hash: tool.hash, enabled };
        await client.mutate(SetMcpToolDocument, { input });
        await refetch();
      },
      w(enabled ? 'mcp.approved' : 'mcp.switchedOff', { name: tool.name }),
    );
  const remove = (name: string) =>
    void run(
      async () => {
        await client.mutate(DeleteMcpServerDocument, { name });
        setEdited(undefined);
        await refetch();
      },
      w('mcp.deleted', { name }),
    );
  const documents = [
    ...[McpServersDocument, UpsertMcpServerDocument, SetMcpToolDocument, DeleteMcpServerDocument],
    ToolCallsDocument,
  ];
  return (
    <Page
      title="mcp.title"
      intro={w('mcp.intro')}
      operations={documents.map((document) => ({ document }))}
      fault={fault}
      retry={refetch}
    >
      <FaultView fault={refused} />
      {data?.mcpServers.length === 0 ? <p>{w('mcp.none')}</p> : null}
      {data?.mcpServers.map((one) => (
        <ServerView
          key={one.name}
          server={one}
          isRunning={isRunning}
          decide={(tool, enabled) => decide(one, tool, enabled)}
          edit={setEdited}
          remove={remove}
        />
      ))}
      <Section title={w('calls.title')}>
        <CallList servers={data?.mcpServers.map(({ name }) => name) ?? noServers} />
      </Section>
      <Section title={server ? w('tools.change', { name: server.name }) : w('mcp.register')}>
        <ServerForm key={server?.name ?? ''} server={server} onSaved={refetch} />
        {server ? (
          <ButtonRow>
            <Button onClick={() => setEdited(undefined)}>{w('mcp.register')}</Button>
          </ButtonRow>
        ) : null}
      </Section>
    </Page>
  );
};
