/**
 * Switches everything on that stands on the way of a reply, as administrators do it: a policy that routes by what is
 * asked and serves replies again to equal requests and questions, replies that are held back until they are screened,
 * masked prompts, and tools of an MCP server, with and without asking.
 */
import { z } from 'zod';
import type { McpServer } from '#tests/mcp-server/mcp-server.ts';
import { createClient } from '#tests/support/client.ts';
import { autoPolicy, mcpServers } from './policies.ts';
import type { Stand } from './stand.ts';

const policy = {
  name: autoPolicy,
  strategy: 'AUTO',
  modelIds: ['openai/gpt-4o-mini', 'openai/scripted'],
  rules: [{ complexity: ['MODERATE', 'COMPLEX'], modelIds: ['openai/scripted'] }],
  requestCacheSeconds: 3_600,
  similarCacheSeconds: 3_600,
  cacheShare: 'TENANT',
};
const upsertPolicy = 'mutation($input: RoutingPolicyInput!) { upsertRoutingPolicy(input: $input) { name } }';
const setModeration = 'mutation($input: ModerationPolicyInput!) { setModerationPolicy(input: $input) { version } }';
const upsertServer = 'mutation($input: McpServerInput!) { upsertMcpServer(input: $input) { tools { name hash } } }';
const setTool = 'mutation($input: McpToolInput!) { setMcpTool(input: $input) { name } }';
const serverShape = z.object({
  upsertMcpServer: z.object({ tools: z.array(z.object({ name: z.string(), hash: z.string() })) }),
});

export const prepare = async (stand: Stand, mcp: McpServer): Promise<void> => {
  await using admin = createClient(() => stand.urls[0], await stand.sign('ada', ['USER', 'ADMIN']));
  await admin.query(z.unknown(), upsertPolicy, { input: policy });
  const moderation = { output: { mode: 'WINDOW' }, pii: 'MASK_PROMPTS' };
  await admin.query(z.unknown(), setModeration, { input: moderation });
  for (const [approval, name] of [
    ['NEVER', mcpServers.free],
    ['ALWAYS', mcpServers.asks],
  ] as const) {
    const input = { name, url: mcp.url, approval };
    const { upsertMcpServer } = await admin.query(serverShape, upsertServer, { input });
    for (const { name: tool, hash } of upsertMcpServer.tools) {
      await admin.query(z.unknown(), setTool, { input: { server: name, tool, hash, enabled: true } });
    }
  }
};
