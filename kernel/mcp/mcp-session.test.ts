/** Connections to MCP servers, against the official server packages in processes of their own. */
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import type { McpCredentials } from '#contracts/mcp-credentials.ts';
import { mcpProtocols, startMcpServer } from '#tests/mcp-server/mcp-server.ts';
import { createHostResolver } from '../tool-connections/resolve-host.ts';
import { createToolAgent } from '../tool-connections/tool-agent.ts';
import { createMcpTokens } from './access-tokens.ts';
import { type McpSessionOptions, withMcpSession } from './mcp-session.ts';

const openConnections = (...privateHosts: readonly string[]) => {
  const resolver = createHostResolver();
  const dispatcher = createToolAgent(privateHosts, resolver);
  const tokens = createMcpTokens(dispatcher);
  const list = (url: string, changes: Partial<McpSessionOptions> = {}) => {
    const limits = { timeoutMs: 20_000, maxBytes: 100_000, credentials: { kind: 'NONE' as const } };
    return withMcpSession({ dispatcher, tokens, url, ...limits, ...changes }, async (client, request) =>
      (await client.listTools(undefined, request)).tools.map(({ name }) => name),
    );
  };
  const call = (url: string, changes: Partial<McpSessionOptions> = {}) => {
    const limits = { timeoutMs: 20_000, maxBytes: 100_000, credentials: { kind: 'NONE' as const } };
    return withMcpSession({ dispatcher, tokens, url, ...limits, ...changes }, async (client, request) =>
      client.callTool({ name: 'weather', arguments: { city: 'Bonn' } }, request),
    );
  };
  return {
    list,
    call,
    async [Symbol.asyncDispose]() {
      resolver[Symbol.dispose]();
      await dispatcher.destroy();
    },
  };
};

test.each(mcpProtocols)('tools of a server with the protocol "%s" are listed and called', async (protocol) => {
  await using server = await startMcpServer(protocol);
  await using connections = openConnections(server.host);
  expect(await connections.list(server.url)).toEqual(['weather']);
  expect(await connections.call(server.url)).toMatchObject({
    content: [{ type: 'text', text: 'called weather with {"city":"Bonn"}' }],
  });
});

test.each(mcpProtocols)(
  'a token is fetched once for calls at the same time, and again when it is refused: %s',
  async (protocol) => {
    await using server = await startMcpServer(protocol);
    await using connections = openConnections(server.host);
    await server.set({ token: 'first' });
    const credentials: McpCredentials = {
      kind: 'CLIENT_CREDENTIALS',
      tokenUrl: server.tokenUrl,
      clientId: 'parlance',
      clientSecret: 'a secret:with a colon',
    };
    await Promise.all([1, 2, 3, 4].map(() => connections.list(server.url, { credentials })));
    const fetches = async () => (await server.asked()).asked.filter(({ method }) => method === 'token');
    expect(await fetches()).toEqual([
      { method: 'token', authorization: `Basic ${btoa('parlance:a%20secret%3Awith%20a%20colon')}` },
    ]);
    await server.set({ token: 'second' });
    expect(await connections.list(server.url, { credentials })).toEqual(['weather']);
    expect(await fetches()).toHaveLength(2);
    await expect(
      connections.list(server.url, { credentials: { kind: 'BEARER', token: 'wrong' } }),
    ).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    });
    expect(await connections.list(server.url, { credentials: { kind: 'BEARER', token: 'second' } })).toEqual([
      'weather',
    ]);
  },
);

test.each(mcpProtocols)('what a server does wrong ends its own connection only: %s', async (protocol) => {
  await using server = await startMcpServer(protocol);
  await using connections = openConnections(server.host);
  await server.set({ behaviour: 'flood' });
  await expect(connections.call(server.url)).rejects.toMatchObject({ code: 'TOO_LONG' });
  await server.set({ behaviour: 'hang' });
  await expect(connections.call(server.url, { timeoutMs: 700 })).rejects.toMatchObject({ code: 'TIMEOUT' });
  const stop = new AbortController();
  const stopped = connections.call(server.url, { signal: stop.signal });
  stop.abort();
  await expect(stopped).rejects.toMatchObject({ code: 'STOPPED' });
  for (const [raw, code] of [
    ['silent', 'TIMEOUT'],
    ['endless', 'TOO_LONG'],
    ['<html>', 'PROTOCOL'],
    ['{"jsonrpc":"2.0","id":0,"result":[]}', 'PROTOCOL'],
  ] as const) {
    await server.set({ raw });
    await expect(connections.list(server.url, { timeoutMs: 3_000 })).rejects.toMatchObject({ code });
  }
  await server.set({});
  expect(await connections.list(server.url)).toEqual(['weather']);
});

test('an address that is not public, a redirect and a port without a server are faults', async () => {
  await using server = await startMcpServer();
  await using stranger = openConnections();
  await expect(stranger.list(server.url)).rejects.toMatchObject({ code: 'NOT_PUBLIC' });
  const credentials: McpCredentials = {
    kind: 'CLIENT_CREDENTIALS',
    tokenUrl: server.tokenUrl,
    clientId: 'a',
    clientSecret: 'b',
  };
  await expect(stranger.list('https://mcp.example.org/', { credentials })).rejects.toMatchObject({
    code: 'UNAUTHORIZED',
  });
  const redirecting = createServer((_, response) => response.writeHead(307, { location: server.url }).end());
  await new Promise<void>((resolve) => redirecting.listen(0, '127.0.0.1', resolve));
  const address = redirecting.address();
  const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  await using connections = openConnections('127.0.0.1');
  await expect(connections.list(`http://${host}/`)).rejects.toMatchObject({ name: 'McpFault' });
  expect((await server.asked()).asked).toEqual([]);
  redirecting.close();
  redirecting.closeAllConnections();
  await expect(connections.list('http://127.0.0.1:1/')).rejects.toMatchObject({ code: 'UNREACHABLE' });
});
