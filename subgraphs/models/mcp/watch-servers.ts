/**
 * Lists the tools of all MCP servers regularly, so that a definition that changes is noticed. Several processes do so
 * at once: whoever lists a server puts off its next turn first. Invariant: a server that hangs delays only the few that
 * are listed at the same time.
 */
import { z } from 'zod';
import type { Logger } from '#kernel/log.ts';
import { repeatTask } from '#kernel/process/repeat-task.ts';
import { McpServerEntity } from '../entities.ts';
import { listEveryMs, type McpServices, pinTools } from './pin-tools.ts';

/** Milliseconds between two looks for servers that are due. */
const lookEveryMs = 15_000;
const atOnce = 8;

const claimSql = `
  update models.mcp_servers set due_at = clock_timestamp() + ? * interval '1 millisecond'
  where (tenant_id, name) in (
    select tenant_id, name from models.mcp_servers where enabled and due_at < clock_timestamp()
    order by due_at limit ? for update skip locked)
  returning tenant_id, name`;
const claimedSchema = z.array(z.object({ tenant_id: z.string(), name: z.string() }));

/** Lists those that are due. */
export const listDueServers = async (services: McpServices): Promise<void> => {
  const { database } = services;
  for (;;) {
    const claimed = await database.asSystem(async (em) =>
      claimedSchema.parse(await em.execute(claimSql, [listEveryMs, atOnce])),
    );
    await Promise.all(
      claimed.map(async ({ tenant_id: tenantId, name }) => {
        const server = await database.forTenant(tenantId).findOne(McpServerEntity, { name });
        if (server !== null) await pinTools(services, server);
      }),
    );
    if (claimed.length < atOnce) return;
  }
};

export const watchMcpServers = (services: McpServices, logger: Logger): AsyncDisposable =>
  repeatTask({
    everyMs: lookEveryMs,
    run: () => listDueServers(services),
    onFault: (err) => logger.warn({ err }, 'the tools of MCP servers could not be listed; this is repeated'),
  });
