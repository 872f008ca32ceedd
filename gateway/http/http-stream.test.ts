import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { eventStreamFormat } from '#kernel/result-streams/event-stream-format.ts';
import type { KeepAlive } from '../limits/keep-alive.ts';
import { createHttpStream, type HttpStream } from './http-stream.ts';

interface OpenStream extends AsyncDisposable {
  readonly stream: HttpStream;
  readonly response: ServerResponse;
  readonly received: IncomingMessage;
  readonly ended: Promise<void>;
  hasEnded(): boolean;
}

const openStream = async (keepAlive: KeepAlive): Promise<OpenStream> => {
  const ended = Promise.withResolvers<void>();
  let hasEnded = false;
  const onEnd = (): void => {
    hasEnded = true;
    ended.resolve();
  };
  const opened = Promise.withResolvers<Pick<OpenStream, 'stream' | 'response'>>();
  const server = createServer((_, response) => {
    const stream = createHttpStream({ response, format: eventStreamFormat, keepAlive, onEnd });
    opened.resolve({ stream, response });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const asked = get({ host: '127.0.0.1', port: typeof address === 'object' ? address?.port : undefined });
  asked.on('error', () => {});
  const received = await new Promise<IncomingMessage>((resolve) => asked.once('response', resolve));
  received.on('error', () => {});
  return {
    ...(await opened.promise),
    received,
    ended: ended.promise,
    hasEnded: () => hasEnded,
    async [Symbol.asyncDispose]() {
      asked.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

const fill = (stream: HttpStream): void => {
  const payload = Buffer.from(JSON.stringify({ data: 'x'.repeat(100_000) }));
  while (stream.next(payload, undefined));
};

test('disconnects a client that reads nothing for too long', async () => {
  await using open = await openStream({ pingEveryMs: 20, idleTimeoutMs: 80 });
  // More than the buffers of both systems hold.
  open.response.write(Buffer.alloc(64 * 1024 * 1024));
  await once(open.response, 'close');
  await open.ended;
  expect(open.response.writableFinished).toBe(false);
});

test('ends in the same tick in which its connection closes', async () => {
  await using open = await openStream({ pingEveryMs: 60_000, idleTimeoutMs: 60_000 });
  const closed = new Promise<boolean>((resolve) => {
    // Listeners run in the order in which they were added: the stream's own before this one.
    open.response.once('close', () => resolve(open.hasEnded()));
  });
  open.received.destroy();
  expect(await closed).toBe(true);
});

test('refuses events beyond the bound, and reports when there is room again', async () => {
  await using open = await openStream({ pingEveryMs: 60_000, idleTimeoutMs: 60_000 });
  fill(open.stream);
  expect(open.stream.next(Buffer.from('{}'), undefined)).toBe(false);
  const drained = open.stream.drained();
  open.received.resume();
  await drained;
  expect(open.stream.next(Buffer.from('{}'), undefined)).toBe(true);
});

test('writes a payload with line breaks on one line, and no id that would break its line', async () => {
  const written = (cursor: string): string =>
    eventStreamFormat.next(Buffer.from('{\r\n"data":\n1}'), cursor).toString();
  expect(written('7')).toBe('event: next\nid: 7\ndata: {  "data": 1}\n\n');
  expect(written('7\nevent: complete')).toBe('event: next\ndata: {  "data": 1}\n\n');
});
