/** The bounds of connections to providers, against servers that do not end their responses. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { openProviderConnections } from './provider-connections.ts';

/**
 * The text of a response that the server continues until the client stops reading, or as long as `next` returns
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
  ['JSON', 'application/json', () => '[1,'.repeat(10_000)],
  ['text of one event', 'text/event-stream; charset=utf-8', () => 'data: x'.repeat(10_000)],
])('endless %s is not read for ever, and its connection is closed', async (_, contentType, next) => {
  await expect(textFrom(contentType, next)).rejects.toThrow('more than 4194304 bytes in one piece');
});

test('a stream of events may have any length', async () => {
  let events = 0;
  const next = (): string | undefined => {
    events += 1;
    return events > 100 ? undefined : `data: ${'x'.repeat(100_000)}\n\n`;
  };
  expect(await textFrom('text/event-stream', next)).toHaveLength(100 * 100_008);
});
