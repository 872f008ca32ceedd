/** The tools of one MCP server: what each does now, what it did when it was approved, and the decision about it. */
import { Button } from '../../design/button.tsx';
import type { McpServerStateFragment } from '../generated/graphql.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { Badge } from '../parts/figures.tsx';
import styles from '../parts/parts.module.css';
import { useWords, type Words } from '../translations/words.ts';

type McpTool = McpServerStateFragment['tools'][number];

export interface McpToolsProps {
  readonly server: McpServerStateFragment;
  readonly isRunning: boolean;
  readonly decide: (tool: McpTool, enabled: boolean) => void;
}

const stateOf = ({ enabled, isChanged, listed, approvedDescription }: McpTool, w: Words) => {
  if (!listed) return <Badge>{w('mcp.gone')}</Badge>;
  if (enabled) return <Badge tone="good">{w('mcp.on')}</Badge>;
  if (isChanged) return <Badge tone="warning">{w('mcp.changed')}</Badge>;
  return <Badge>{w(approvedDescription === null ? 'mcp.new' : 'mcp.off')}</Badge>;
};

const Definition = ({ tool }: { readonly tool: McpTool }) => {
  const w = useWords();
  const { description, parameters, isChanged, approvedDescription, approvedParameters, readOnly } = tool;
  return (
    <>
      <small>{description}</small>
      <small>{w(readOnly ? 'mcp.reads' : 'mcp.writes')}</small>
      <details>
        <summary>{w(isChanged ? 'mcp.whatChanged' : 'tools.parameters')}</summary>
        {isChanged ? (
          <>
            <p>{w('mcp.before')}</p>
            <p>{approvedDescription}</p>
            <pre className={styles['excerpt']}>{approvedParameters}</pre>
            <p>{w('mcp.now')}</p>
            <p>{description}</p>
          </>
        ) : null}
        <pre className={styles['excerpt']}>{parameters}</pre>
      </details>
    </>
  );
};

export const McpTools = ({ server, isRunning, decide }: McpToolsProps) => {
  const w = useWords();
  const columns: readonly Column<McpTool>[] = [
    {
      id: 'name',
      title: w('name'),
      sortBy: ({ name }) => name,
      cell: (tool) => (
        <>
          {tool.name} {stateOf(tool, w)}
          <Definition tool={tool} />
        </>
      ),
    },
    {
      id: 'actions',
      title: w('actions'),
      cell: (tool) => (
        <Button
          aria-label={w(tool.enabled ? 'mcp.switchOffOne' : 'mcp.approveOne', { name: tool.name })}
          disabled={isRunning || (!tool.listed && !tool.enabled)}
          onClick={() => decide(tool, !tool.enabled)}
        >
          {w(tool.enabled ? 'mcp.switchOff' : 'mcp.approve')}
        </Button>
      ),
    },
  ];
  return (
    <DataTable
      caption={w('mcp.toolsOf', { name: server.name })}
      columns={columns}
      rows={server.tools}
      keyOf={({ name }) => name}
      none={w('mcp.noTools')}
    />
  );
};
