/**
 * The process of an MCP server for tests, made of the official packages. Arguments: `stateless` for a server that
 * speaks only the protocol of 2026-07-28, or `sessions` for one of the protocol before it, with sessions. It prints its
 * port.
 * `PUT /state` sets what it does from then on (mcp-server.ts); `GET /state` tells what was asked.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { Server as FormerServer } from '@modelcontextprotocol/sdk/server/index.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { createMcpHandler, Server } from '@modelcontextprotocol/server';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { mcpStateSchema } from './mcp-state.ts';

let state = mcpStateSchema.parse({});
const asked: { method: string; authorization: string | undefined; tool?: string; arguments?: unknown }[] = [];
const info = { name: 'fixture', version: '1.0.0' };
const capabilities = { capabilities: { tools: {} } };

const schemaShape = z.looseObject({ type: z.literal('object') });
const listed = () => ({
  tools: state.tools.map(({ name, description, inputSchema, readOnly }) => ({
    name,
    description,
    inputSchema: schemaShape.parse(inputSchema),
    annotations: { readOnlyHint: readOnly },
  })),
});
const called = async (name: string, given: unknown) => {
  asked.push({ method: 'tools/call', authorization: undefined, tool: name, arguments: given });
  const { behaviour } = state;
  if (behaviour === 'hang') await new Promise(() => undefined);
  if (behaviour === 'flood') return { content: [{ type: 'text' as const, text: 'x'.repeat(1_000_000) }] };
  if (behaviour === 'refuse') return { content: [{ type: 'text' as const, text: 'no such city' }], isError: true };
  return { content: [{ type: 'text' as const, text: `called ${name} with ${JSON.stringify(given)}` }] };
};

const stateless = createMcpHandler(
  () => {
    const server = new Server(info, capabilities);
    server.setRequestHandler('tools/list', () => listed());
    server.setRequestHandler('tools/call', ({ params }) => called(params.name, params.arguments));
    return server;
  },
  { legacy: 'reject' },
);

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
};

const serveStateless = async (request: IncomingMessage, response: ServerResponse, body: string): Promise<void> => {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
  const { method = 'POST' } = request;
  const url = `http://127.0.0.1${request.url}`;
  const result = await stateless.fetch(new Request(url, { method, headers, ...(method === 'POST' ? { body } : {}) }));
  response.writeHead(result.status, Object.fromEntries(result.headers));
  if (result.body === null) response.end();
  else for await (const chunk of result.body) response.write(chunk);
  response.end();
};

const sessions = new Map<string, StreamableHTTPServerTransport>();
const openSession = async (): Promise<StreamableHTTPServerTransport> => {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: uuidv7,
    onsessioninitialized: (id) => {
      sessions.set(id, transport);
    },
    onsessionclosed: (id) => {
      sessions.delete(id);
    },
  });
  const server = new FormerServer(info, capabilities);
  server.setRequestHandler(ListToolsRequestSchema, () => listed());
  server.setRequestHandler(CallToolRequestSchema, ({ params }) => called(params.name, params.arguments));
  await server.connect(transport);
  return transport;
};
const serveSessions = async (request: IncomingMessage, response: ServerResponse, body: string): Promise<void> => {
  const transport = sessions.get(String(request.headers['mcp-session-id'])) ?? (await openSession());
  await transport.handleRequest(request, response, body === '' ? undefined : JSON.parse(body));
};

const serve = process.argv[2] === 'sessions' ? serveSessions : serveStateless;

const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const body = await bodyOf(request);
  if (request.url === '/state') {
    if (request.method === 'PUT') state = mcpStateSchema.parse(JSON.parse(body));
    response.end(JSON.stringify({ asked, sessions: sessions.size }));
    return;
  }
  const { authorization } = request.headers;
  if (request.url === '/token') {
    asked.push({ method: 'token', authorization });
    response.setHeader('content-type', 'application/json');
    const token = { access_token: state.token, token_type: 'Bearer', expires_in: 3_600 };
    response.end(JSON.stringify(token));
    return;
  }
  const method = body === '' ? request.method : z.looseObject({ method: z.string() }).parse(JSON.parse(body)).method;
  asked.push({ method: method ?? '', authorization });
  if (state.token !== undefined && authorization !== `Bearer ${state.token}`) {
    response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
    return;
  }
  if (state.raw !== undefined) {
    response.setHeader('content-type', 'application/json');
    const endless = Readable.from(
      (function* (): Generator<string> {
        for (;;) yield ' '.repeat(65_536);
      })(),
    );
    if (state.raw === 'endless') endless.pipe(response);
    else if (state.raw !== 'silent') response.end(state.raw);
    return;
  }
  await serve(request, response, body);
};

const server = createServer((request, response) => {
  respond(request, response).catch(() => response.destroy());
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
});
