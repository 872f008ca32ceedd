import { once } from 'node:events';
import { createServer } from 'node:http';
import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { nextPrefix } from './next-frame.ts';
import { createSocketOutput, type SocketOutput } from './socket-output.ts';

interface Pair extends AsyncDisposable {
  readonly output: SocketOutput;
  readonly client: WebSocket;
  /** Messages that the client received. */
  readonly received: string[];
}

/** A server's output, and the client at the other end of it. */
const openPair = async (): Promise<Pair> => {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const opened = Promise.withResolvers<SocketOutput>();
  server.on('upgrade', (request, stream, head) => {
    if (!(stream instanceof Socket)) return;
    sockets.handleUpgrade(request, stream, head, (socket) => opened.resolve(createSocketOutput(socket, stream)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const client = new WebSocket(`ws://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
  const received: string[] = [];
  client.on('message', (data) => received.push(String(data)));
  await once(client, 'open');
  return {
    client,
    received,
    output: await opened.promise,
    async [Symbol.asyncDispose]() {
      client.terminate();
      server.close();
      await once(server, 'close');
    },
  };
};

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

test('frames of every length arrive whole', async () => {
  await using pair = await openPair();
  const lengths = [0, 80, 81, 82, 83, 84, 125, 126, 65_490, 65_495, 65_500, 65_505, 65_510, 65_535, 65_536, 300_000];
  const payloads = lengths.map((length) => ({ data: 'é'.repeat(length % 7) + 'x'.repeat(length) }));
  for (const payload of payloads) pair.output.next(nextPrefix('an "id"'), bytes(payload));
  pair.output.close(1000, '');
  await once(pair.client, 'close');
  expect(pair.received.map((text) => JSON.parse(text))).toEqual(
    payloads.map((payload) => ({ id: 'an "id"', type: 'next', payload })),
  );
});

test('frames and messages are sent in the order of the calls, before the close', async () => {
  await using pair = await openPair();
  const { output } = pair;
  const prefix = nextPrefix('1');
  output.next(prefix, bytes(1));
  output.next(prefix, bytes(2));
  await output.send('"first"');
  output.next(prefix, bytes(3));
  void output.send('"second"');
  output.next(prefix, bytes(4));
  output.close(4401, 'over');
  const [code] = await once(pair.client, 'close');
  expect(code).toBe(4401);
  const next = (payload: number): object => ({ id: '1', type: 'next', payload });
  expect(pair.received.map((text) => JSON.parse(text))).toEqual([
    next(1),
    next(2),
    'first',
    next(3),
    'second',
    next(4),
  ]);
});

test('bytes that wait for a client that does not read are counted, and their draining is reported', async () => {
  await using pair = await openPair();
  const { output, client } = pair;
  client.pause();
  const payload = bytes({ data: 'x'.repeat(100_000) });
  let given = 0;
  const fill = (): void => {
    for (; !output.isBehind; given += 1) output.next(nextPrefix('1'), payload);
  };
  // The system buffers some of it.
  for (let round = 0; round < 100; round += 1) {
    fill();
    await new Promise(setImmediate);
  }
  const drained = output.drained();
  client.resume();
  await drained;
  expect(output.isBehind).toBe(false);
  while (pair.received.length < given) await once(client, 'message');
});

test('draining always ends for a client that reads', async () => {
  await using pair = await openPair();
  const payload = bytes({ data: 'x'.repeat(100_000) });
  for (let round = 1; round <= 20; round += 1) {
    while (!pair.output.isBehind) pair.output.next(nextPrefix('1'), payload);
    await pair.output.drained();
  }
});

test('nothing is sent after the close, and nothing waits', async () => {
  await using pair = await openPair();
  const { output, client } = pair;
  client.close();
  await once(client, 'close');
  output.next(nextPrefix('1'), bytes(1));
  await output.send('"late"');
  await output.drained();
  expect([output.isOpen, pair.received]).toEqual([false, []]);
});
