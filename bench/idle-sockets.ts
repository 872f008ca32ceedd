/**
 * `node --expose-gc bench/idle-sockets.ts`: bytes that a gateway keeps for a WebSocket that has signed in and is idle,
 * opened as Chromium opens one. Of the heap and what it refers to, after collections; the clients are in a process of
 * their own.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { z } from 'zod';
import { openTestGateway } from '../gateway/fixtures/test-gateway.fixture.ts';

const [atFirst, perRound, rounds, together] = [200, 1_000, 3, 50];
const headers = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36',
  origin: 'https://chat.example',
  'accept-language': 'en-GB,en;q=0.9,de;q=0.8',
  'accept-encoding': 'gzip, deflate, br, zstd',
  'cache-control': 'no-cache',
  pragma: 'no-cache',
  cookie: `parlance-session=${'x'.repeat(200)}`,
};
const orderSchema = z.object({ url: z.string(), token: z.string(), count: z.number() });
type Order = z.infer<typeof orderSchema>;

const openOne = async ({ url, token }: Order): Promise<void> => {
  const socket = new WebSocket(url, 'graphql-transport-ws', { headers });
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
  await once(socket, 'message');
};

/** The process of the clients: opens as many as it is asked for, and keeps them. */
const serveClients = (): void => {
  process.on('message', async (message) => {
    const order = orderSchema.parse(message);
    for (let opened = 0; opened < order.count; opened += together) {
      await Promise.all(Array.from({ length: together }, () => openOne(order)));
    }
    process.send?.('opened');
  });
};

const usedBytes = async (): Promise<number> => {
  if (globalThis.gc === undefined) throw new Error('Run it as: node --expose-gc bench/idle-sockets.ts');
  for (let run = 0; run < 4; run += 1) {
    await globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

const measure = async (): Promise<void> => {
  const limit = atFirst + rounds * perRound;
  await using gateway = await openTestGateway({ sockets: { perUser: limit, perAddress: limit } });
  const token = await gateway.issuer.token();
  const clients = fork(import.meta.filename, ['clients']);
  const open = async (count: number): Promise<void> => {
    clients.send({ url: gateway.socketUrl, token, count } satisfies Order);
    await once(clients, 'message');
  };
  await open(atFirst);
  for (let round = 0, before = await usedBytes(); round < rounds; round += 1) {
    await open(perRound);
    const after = await usedBytes();
    process.stdout.write(`${Math.round((after - before) / perRound)} bytes for an idle socket\n`);
    before = after;
  }
  clients.kill();
};

if (process.argv[2] === 'clients') serveClients();
else await measure();
