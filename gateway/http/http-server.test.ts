import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { openTestGateway, type TestGateway } from '../fixtures/test-gateway.fixture.ts';

/** Requests an upgrade at a path that offers none. */
const askUpgrade = async (gateway: TestGateway, allowHalfOpen: boolean): Promise<Socket> => {
  const client = connect({ port: gateway.gateway.port, host: '127.0.0.1', allowHalfOpen });
  client.on('error', () => {});
  await once(client, 'connect');
  client.write('GET /elsewhere HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
  return client;
};

test('survives clients that reset their connection while an upgrade is refused', async () => {
  await using gateway = await openTestGateway();
  for (let round = 0; round < 50; round += 1) {
    const client = await askUpgrade(gateway, false);
    client.resetAndDestroy();
    await once(client, 'close');
  }
  const client = await askUpgrade(gateway, false);
  const [response] = await once(client, 'data');
  expect(String(response)).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
});

test('closes the connection of a client that was refused an upgrade and does not close it', async () => {
  await using gateway = await openTestGateway();
  const client = await askUpgrade(gateway, true);
  client.resume();
  await once(client, 'end');
  const closed = new Promise((resolve) => client.once('close', resolve));
  // Only a side that has closed the connection resets it.
  client.write('x', () => client.write('x'));
  await closed;
});

test('responds to a request that offers an unsupported protocol', async () => {
  await using gateway = await openTestGateway();
  const request = httpRequest(gateway.gateway.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${await gateway.issuer.token()}`,
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
    },
  });
  request.end('{"query":"{ __typename }"}');
  const [response] = await once(request, 'response');
  expect(response.statusCode).toBe(200);
  response.resume();
});
