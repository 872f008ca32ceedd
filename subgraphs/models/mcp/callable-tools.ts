/**
 * The tools that models of a tenant may call, HTTP endpoints and those of MCP servers, in the form in which jobs carry
 * tools. Invariant: names are unique among them, and providers accept them: for MCP the server's name, an underscore
 * and the tool's, with a hash where that had to be changed.
 */
import { createHash } from 'node:crypto';
import { type NeededApproval, neededApprovalOf } from '#contracts/tool-approval.ts';
import type { Database } from '#kernel/database/database.ts';
import type { ToolRow } from '../entities.ts';
import { readTools } from '../tools/change-tools.ts';
import { type McpServerWithTools, readServers } from './change-servers.ts';
import { isCallable } from './pin-tools.ts';

/** A tool that models may call. */
export interface RoutedTool
  extends Pick<ToolRow, 'name' | 'description' | 'parameters' | 'url' | 'timeoutMs' | 'secret'> {
  /** Absent for an HTTP endpoint. */
  readonly mcp?: { readonly server: string; readonly tool: string } | undefined;
  /** When the user has to allow a call; undefined: never. */
  readonly neededApproval: NeededApproval | undefined;
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
  const { name, url, timeoutMs, credentials: secret, enabled, approval } = server;
  if (!enabled) return [];
  return tools.filter(isCallable).map((tool) => ({
    name: calledName(name, tool.name),
    description: tool.description,
    parameters: tool.parameters,
    ...{ url, timeoutMs, secret },
    mcp: { server: name, tool: tool.name },
    neededApproval: neededApprovalOf(approval, tool.readOnly),
  }));
};

/** What models of the tenant may call. An HTTP endpoint has its name even while it is switched off. */
export const readCallableTools = async (database: Database, tenantId: string): Promise<readonly RoutedTool[]> => {
  const [tools, servers] = await Promise.all([readTools(database, tenantId), readServers(database, tenantId)]);
  const names = new Set(tools.map(({ name }) => name));
  const ofServers = servers.flatMap(toolsOf).filter(({ name }) => !names.has(name));
  const own = tools
    .filter(({ enabled }) => enabled)
    // Nothing says that an HTTP endpoint changes nothing.
    .map((tool) => ({ ...tool, neededApproval: neededApprovalOf(tool.approval, false) }));
  return [...own, ...ofServers];
};
