/** An MCP server of a tenant for the suites: registered, approved and called through the API. */
import { v7 as uuidv7 } from 'uuid';
import { expect } from 'vitest';
import { z } from 'zod';
import { type mcpProtocols, startMcpServer } from '#tests/mcp-server/mcp-server.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { until } from '#tests/support/until.ts';

const fields = `name authentication failure changedAt
  tools { name calledName description parameters readOnly hash enabled listed isChanged approvedDescription }`;
export const upsertMutation = `mutation Upsert($input: McpServerInput!) { upsertMcpServer(input: $input) { ${fields} } }`;
export const setMutation = `mutation Set($input: McpToolInput!) { setMcpTool(input: $input) { ${fields} } }`;
const serverShape = z.object({
  name: z.string(),
  authentication: z.string(),
  failure: z.string().nullable(),
  tools: z.array(
    z.object({
      name: z.string(),
      calledName: z.string(),
      description: z.string(),
      hash: z.string(),
      enabled: z.boolean(),
      listed: z.boolean(),
      isChanged: z.boolean(),
      approvedDescription: z.string().nullable(),
    }),
  ),
});
const upsertShape = z.object({ upsertMcpServer: serverShape });
const setShape = z.object({ setMcpTool: serverShape });

/** An MCP server of acme under a name of its own, deleted in the end. */
export const openServer = async (parlance: Parlance, protocol: (typeof mcpProtocols)[number] = 'stateless') => {
  await using opened = new AsyncDisposableStack();
  const admin = await parlance.as('ada', { roles: ['USER', 'ADMIN'] });
  const server = opened.use(await startMcpServer(protocol));
  const name = `m${uuidv7().slice(-12)}`;
  opened.defer(async () => {
    await admin.ask('mutation Delete($name: String!) { deleteMcpServer(name: $name) }', { name });
  });
  const upsert = async (changes: object = {}) => {
    const input = { name, url: server.url, timeoutMs: 5_000, ...changes };
    return (await admin.query(upsertShape, upsertMutation, { input })).upsertMcpServer;
  };
  const approve = async (tool: string, hash: string, enabled = true) => {
    const input = { server: name, tool, hash, enabled };
    return (await admin.query(setShape, setMutation, { input })).setMcpTool;
  };
  /** The calls of a reply in which the model calls the tool. */
  const callsOf = async (tool: string, text = '{"city":"Bonn"}') => {
    const calls = JSON.stringify([{ name: tool, arguments: text }]);
    const conversationId = await admin.createConversation({ title: 'Weather' });
    const { events } = await admin.converse(conversationId, `script: tokens=2 calls=${calls}`);
    expect(events.at(-1)?.__typename).toBe('MessageCompleted');
    return events.flatMap(({ __typename, toolCall }) => (__typename === 'ToolCallCompleted' ? [toolCall] : []));
  };
  /** The calls once they reach the server: routes that are remembered are dropped a moment after the approval. */
  const untilCalled = (tool: string) =>
    until(
      () => callsOf(tool),
      ([call]) => call?.status === 'COMPLETED',
    );
  const closing = opened.move();
  return {
    admin,
    server,
    name,
    /** Asks a model that calls the tool, each time with another city. */
    async ask(tool: string, cities: readonly string[]) {
      const calls = JSON.stringify(cities.map((city) => ({ name: tool, arguments: JSON.stringify({ city }) })));
      const conversationId = await admin.createConversation({ title: 'Weather' });
      const { assistantMessage } = await admin.send(conversationId, `script: tokens=2 calls=${calls}`);
      return { conversationId, messageId: assistantMessage.id };
    },
    upsert,
    approve,
    callsOf,
    untilCalled,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
