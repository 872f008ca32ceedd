/**
 * Compares what an MCP server lists with what is stored, and stores the difference. Invariant: a tool can be called
 * only with the definition that an administrator approved: one that differs switches the tool off until an
 * administrator approves that. A server that cannot be reached changes no tool.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { mcpCredentialsPurpose, mcpCredentialsSchema } from '#contracts/mcp-credentials.ts';
import { policiesChangedTopic } from '#contracts/routing-signals.ts';
import type { Database } from '#kernel/database/database.ts';
import { McpFault } from '#kernel/mcp/mcp-fault.ts';
import { SealError, type Sealer } from '#kernel/sealing/sealer.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { McpServerEntity, type McpServerRow, McpToolEntity, type McpToolRow } from '../entities.ts';
import { type ListedTool, listTools, type McpConnections, type ToolList } from './list-tools.ts';

export interface McpServices {
  readonly database: Database;
  readonly signals: Signals;
  readonly sealer: Sealer;
  readonly mcp: McpConnections;
}

/** Milliseconds between two lists of a server. */
export const listEveryMs = 600_000;

/** Whether models may call it. */
export const isCallable = (tool: Pick<McpToolRow, 'enabled' | 'listed' | 'hash' | 'approvedHash'>): boolean =>
  tool.enabled && tool.listed && tool.hash === tool.approvedHash;

/** Returns whether anything differs. */
const storeDifference = async (
  em: EntityManager,
  { tenantId, name: server }: McpServerRow,
  listed: readonly ListedTool[],
): Promise<boolean> => {
  const stored = await em.find(McpToolEntity, { server });
  const byName = new Map(listed.map((tool) => [tool.name, tool]));
  const changedAt = new Date();
  let differs = false;
  for (const tool of stored) {
    const now = byName.get(tool.name);
    byName.delete(tool.name);
    if (now === undefined) {
      differs ||= tool.listed;
      if (tool.approvedHash == null) em.remove(tool);
      else em.assign(tool, { listed: false });
    } else if (now.hash !== tool.hash) {
      differs = true;
      em.assign(tool, { ...now, listed: true, enabled: false, changedAt });
    } else if (!tool.listed) {
      differs = true;
      em.assign(tool, { listed: true });
    }
  }
  for (const tool of byName.values()) {
    const nothing = { approvedHash: null, approvedDescription: null, approvedParameters: null };
    em.create(McpToolEntity, { tenantId, server, ...tool, ...nothing, enabled: false, listed: true, changedAt });
  }
  return differs || byName.size > 0;
};

const sentenceOf = ({ leftOut }: ToolList): string | null =>
  leftOut === 0
    ? null
    : `${leftOut} of its tools are left out: their definitions are too large or no model would take them, or there are too many.`;

const credentialsOf = ({ sealer }: McpServices, { tenantId, name, credentials }: McpServerRow) => {
  try {
    return mcpCredentialsSchema.parse(JSON.parse(sealer.open(credentials, mcpCredentialsPurpose(tenantId, name))));
  } catch (cause) {
    if (!(cause instanceof SealError)) throw cause;
    throw new McpFault('UNAUTHORIZED', 'Its credentials cannot be read. Set them again.', { cause });
  }
};

const listOf = async (services: McpServices, server: McpServerRow): Promise<ToolList | McpFault> => {
  try {
    const { url } = server;
    return await listTools(services.mcp, { url, credentials: credentialsOf(services, server) });
  } catch (fault) {
    if (!(fault instanceof McpFault)) throw fault;
    return fault;
  }
};

/** Lists the tools of a stored server, and stores what differs or why that failed. */
export const pinTools = async (services: McpServices, server: McpServerRow): Promise<void> => {
  const { tenantId, name, url, credentials } = server;
  const list = await listOf(services, server);
  const changed = await services.database.forTenant(tenantId).transactional(async (em) => {
    // It may have been deleted or changed meanwhile: then the list is of another server.
    const own = await em.findOne(McpServerEntity, { name, url, credentials });
    if (own === null) return false;
    const dueAt = new Date(Date.now() + listEveryMs);
    if (list instanceof McpFault) {
      em.assign(own, { failure: list.message, dueAt });
      return false;
    }
    const differs = await storeDifference(em, own, list.tools);
    em.assign(own, { failure: sentenceOf(list), listedAt: new Date(), dueAt });
    if (differs) em.assign(own, { changedAt: new Date() });
    return differs;
  });
  if (changed) await services.signals.publish(policiesChangedTopic, { tenantId });
};
