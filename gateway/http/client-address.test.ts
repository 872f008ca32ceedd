import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { expect, test } from 'vitest';
import { createAddressOf } from './client-address.ts';

/** What a request with these headers is counted under, which comes from 127.0.0.1. */
const addressOf = async (header: string | undefined, headers: Record<string, string>): Promise<string> => {
  const address = Promise.withResolvers<string>();
  await using server = createServer((request, response) => {
    address.resolve(createAddressOf(header)(request));
    response.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  const port = bound !== null && typeof bound === 'object' ? bound.port : 0;
  const asked = httpRequest({ host: '127.0.0.1', port, headers, agent: false });
  asked.end();
  const [response] = await once(asked, 'response');
  response.resume();
  return address.promise;
};

test.each([
  ['believes no header that is not named', undefined, { 'x-forwarded-for': '203.0.113.9' }, '127.0.0.1'],
  [
    'takes the entry that the proxy added',
    'X-Forwarded-For',
    { 'x-forwarded-for': '1.2.3.4, 203.0.113.9' },
    '203.0.113.9',
  ],
  ['takes the connection where the proxy says nothing', 'x-real-ip', {}, '127.0.0.1'],
  ['takes the network of an IPv6 address', 'x-real-ip', { 'x-real-ip': '2001:db8::1:2:3' }, '2001:db8:0:0::/64'],
  ['the same for each address of it', 'x-real-ip', { 'x-real-ip': '2001:0db8:0:0:ffff::9' }, '2001:db8:0:0::/64'],
  ['takes a mapped address for what it is', 'x-real-ip', { 'x-real-ip': '::ffff:203.0.113.9' }, '203.0.113.9'],
])('%s', async (_, header, headers, expected) => {
  expect(await addressOf(header, headers)).toBe(expected);
});
