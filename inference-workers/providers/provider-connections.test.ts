/** What the connections to providers bound, against servers that do not end. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { openProviderConnections } from './provider-connections.ts';

/**
 * The text of a response that the server goes on with until nobody reads any more, or as long as `next` gives
 * something.
 */
const textFrom = async (contentType: string, next: () => string | undefined) => {
  const left = Promise.withResolvers<void>();
  const server = createServer((_, response: ServerResponse) => {
    response.once('close', left.resolve);
    response.writeHead(200, { 'content-type': contentType });
    const more = (): void => {
      for (let text = next(); !response.destroyed; text = next()) {
        if (text === undefined) {
          response.end();
          return;
        }
        if (!response.write(text)) break;
      }
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  await using connections = openProviderConnections(2_000);
  const response = await connections.fetch(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`);
  try {
    return await response.text();
  } finally {
    await left.promise;
    server.close();
  }
};

test.each([
  ['a list', 'application/json', () => '[1,'.repeat(10_000)],
  ['an event', 'text/event-stream; charset=utf-8', () => 'data: x'.repeat(10_000)],
])('%s that does not end is not read for ever, and its connection is closed', async (_, contentType, next) => {
  await expect(textFrom(contentType, next)).rejects.toThrow('more than 4194304 bytes in one piece');
});

test('a stream of events may be as long as it is', async () => {
  let events = 0;
  const next = (): string | undefined => {
    events += 1;
    return events > 100 ? undefined : `data: ${'x'.repeat(100_000)}\n\n`;
  };
  expect(await textFrom('text/event-stream', next)).toHaveLength(100 * 100_008);
});
