import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { expect, test, vi } from 'vitest';
import { ConnectionLost } from './http-connection.ts';
import { post } from './post.ts';
import { createSubgraphPools } from './subgraph-pools.ts';

const listen = async (server: Server): Promise<AsyncDisposable & { readonly url: string }> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/graphql`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

const head = 'POST /graphql HTTP/1.1\r\nhost: x\r\n';
const openPool = async (server: Server) => {
  const listening = await listen(server);
  const pools = createSubgraphPools(1000);
  return {
    ask: (body: string, deadlineMs = 60_000) => post(pools.at(listening.url), { head, body, deadlineMs }),
    pools,
    url: listening.url,
    async [Symbol.asyncDispose]() {
      await pools[Symbol.asyncDispose]();
      await listening[Symbol.asyncDispose]();
    },
  };
};

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  return text;
};

test('sends one request after another on one connection, in any script, and reads responses of any size', async () => {
  const ports = new Set<number | undefined>();
  const server = createServer(async (request, response) => {
    ports.add(request.socket.remotePort);
    const text = await bodyOf(request);
    if (text.startsWith('chunks')) response.write(text.slice(0, 3));
    response.end(text.startsWith('chunks') ? text.slice(3) : text);
  });
  await using pool = await openPool(server);
  for (const body of ['plain', 'été 日本', `chunks ${'é'.repeat(700_000)}`, 'x'.repeat(3_000_000), '']) {
    const { status, text } = await pool.ask(body).response;
    expect(status).toBe(200);
    expect(text === body).toBe(true);
  }
  expect(ports.size).toBe(1);
});

test('lets requests wait for one of 64 connections, and completes all of them', async () => {
  const held: ServerResponse[] = [];
  const sockets = new Set<Socket>();
  const full = Promise.withResolvers<void>();
  let isHolding = true;
  const server = createServer((request, response) => {
    sockets.add(request.socket);
    request.resume();
    if (!isHolding) {
      response.end('{}');
      return;
    }
    held.push(response);
    if (held.length === 64) full.resolve();
  });
  await using pool = await openPool(server);
  const asked = Array.from({ length: 200 }, (_, index) => pool.ask(String(index)));
  await full.promise;
  const given = asked.at(-1);
  given?.abort(new Error('given up while it waited'));
  await expect(given?.response).rejects.toThrow('given up while it waited');
  isHolding = false;
  for (const response of held) response.end('{}');
  for (const { response } of asked.slice(0, -1)) expect((await response).text).toBe('{}');
  expect(sockets.size).toBe(64);
});

test('refuses a request at once when 1,024 requests wait, and completes those', async () => {
  const held: ServerResponse[] = [];
  let isHolding = true;
  const server = createServer((_request, response) => {
    if (isHolding) held.push(response);
    else response.end('late');
  });
  await using pool = await openPool(server);
  const taken = Array.from({ length: 64 + 1024 }, () => pool.ask('').response);
  await expect(pool.ask('').response).rejects.toThrow('1024 requests wait');
  await vi.waitFor(() => expect(held).toHaveLength(64), 10_000);
  isHolding = false;
  for (const response of held) response.end('late');
  expect((await Promise.all(taken)).every(({ text }) => text === 'late')).toBe(true);
});

test('opens another connection for waiting requests when one is lost', async () => {
  const held: Socket[] = [];
  const full = Promise.withResolvers<void>();
  let isHolding = true;
  const server = createServer((request, response) => {
    if (!isHolding) {
      response.end('{}');
      return;
    }
    held.push(request.socket);
    if (held.length === 64) full.resolve();
  });
  await using pool = await openPool(server);
  const asked = Array.from({ length: 128 }, () =>
    pool.ask('{}').response.then(
      ({ text }) => text,
      (fault) => fault,
    ),
  );
  await full.promise;
  isHolding = false;
  for (const socket of held) socket.destroy();
  const responses = await Promise.all(asked);
  expect(responses.filter((response) => response instanceof ConnectionLost)).toHaveLength(64);
  expect(responses.filter((response) => response === '{}')).toHaveLength(64);
});

test('does not reuse a connection that its server closes or misuses', async () => {
  const responses = [
    'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}',
    'HTTP/1.1 200 OK\r\nkeep-alive: timeout=1\r\ncontent-length: 2\r\n\r\n{}',
    'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\n{}',
    'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}',
  ];
  let connections = 0;
  const server = createTcpServer((socket) => {
    const response = responses[connections];
    connections += 1;
    socket.on('data', () => socket.write(response ?? ''));
  });
  await using pool = await openPool(server);
  for (const _ of responses) expect((await pool.ask('{}').response).text).toBe('{}');
  expect(connections).toBe(responses.length);
});

test('accepts a response that ends with its connection', async () => {
  const server = createTcpServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\n{"a":1}')));
  await using pool = await openPool(server);
  for (let round = 0; round < 3; round += 1) expect((await pool.ask('{}').response).text).toBe('{"a":1}');
});

test('reports a lost connection when it is refused, and when it ends within the response', async () => {
  const server = createTcpServer((socket) =>
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{}')),
  );
  let url: string;
  {
    await using pool = await openPool(server);
    url = pool.url;
    await expect(pool.ask('{}').response).rejects.toBeInstanceOf(ConnectionLost);
  }
  await using pools = createSubgraphPools(1000);
  const { response } = post(pools.at(url), { head, body: '{}', deadlineMs: 60_000 });
  await expect(response).rejects.toBeInstanceOf(ConnectionLost);
});

test('closing a pool completes the requests in flight', async () => {
  const asked = Promise.withResolvers<ServerResponse>();
  const server = createServer((_, response) => asked.resolve(response));
  await using pool = await openPool(server);
  const asking = pool.ask('{}');
  const response = await asked.promise;
  pool.pools.keepOnly([]);
  response.end('{"a":1}');
  expect((await asking.response).text).toBe('{"a":1}');
});

test('names the host in the TLS handshake, but never an address', async () => {
  const hellos: Promise<Buffer>[] = [];
  const server = createTcpServer((socket) => {
    const whole = Promise.withResolvers<Buffer>();
    hellos.push(whole.promise);
    let hello = Buffer.alloc(0);
    socket.on('data', (bytes: Buffer) => {
      hello = Buffer.concat([hello, bytes]);
      // Type, version and length of the record come first (RFC 8446, 5.1).
      if (hello.length < 5 || hello.length < 5 + hello.readUInt16BE(3)) return;
      whole.resolve(hello);
      socket.destroy();
    });
  });
  await using listening = await listen(server);
  await using pools = createSubgraphPools(60_000);
  for (const [index, host] of ['localhost', '127.0.0.1'].entries()) {
    const url = listening.url.replace('http://127.0.0.1', `https://${host}`);
    await expect(post(pools.at(url), { head, body: '{}', deadlineMs: 60_000 }).response).rejects.toBeInstanceOf(
      ConnectionLost,
    );
    expect((await hellos[index])?.includes(host)).toBe(host === 'localhost');
  }
});
