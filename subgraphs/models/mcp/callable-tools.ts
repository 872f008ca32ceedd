/**
 * The tools of a tenant's MCP servers in the form in which jobs carry tools. Invariant: names are unique among them,
 * and providers accept them: the server's name, an underscore and the tool's, with a hash where that had to be changed.
 */
import { createHash } from 'node:crypto';
import type { Database } from '#kernel/database/database.ts';
import type { ToolRow } from '../entities.ts';
import { type McpServerWithTools, readServers } from './change-servers.ts';
import { isCallable } from './pin-tools.ts';

/** A tool that models may call. */
export interface RoutedTool
  extends Pick<ToolRow, 'name' | 'description' | 'parameters' | 'url' | 'timeoutMs' | 'secret'> {
  /** Absent for an HTTP endpoint. */
  readonly mcp?: { readonly server: string; readonly tool: string } | undefined;
}

const maxCharacters = 64;
const hashCharacters = 8;

/** As models call it. */
export const calledName = (server: string, tool: string): string => {
  const name = `${server}_${tool}`;
  if (/^[a-zA-Z0-9_-]+$/.test(name) && name.length <= maxCharacters) return name;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, hashCharacters);
  return `${name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, maxCharacters - hashCharacters - 1)}_${hash}`;
};

const toolsOf = ({ server, tools }: McpServerWithTools): readonly RoutedTool[] => {
  const { name, url, timeoutMs, credentials: secret, enabled } = server;
  if (!enabled) return [];
  return tools.filter(isCallable).map((tool) => ({
    name: calledName(name, tool.name),
    description: tool.description,
    parameters: tool.parameters,
    ...{ url, timeoutMs, secret },
    mcp: { server: name, tool: tool.name },
  }));
};

export const readMcpTools = async (database: Database, tenantId: string): Promise<readonly RoutedTool[]> =>
  (await readServers(database, tenantId)).flatMap(toolsOf);
