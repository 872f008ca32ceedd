import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import { expect, test } from 'vitest';
import { createAddressOf } from './client-address.ts';

/** The address under which a request with these headers, sent from 127.0.0.1, is counted. */
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
  ['trusts no header that is not configured', undefined, { 'x-forwarded-for': '203.0.113.9' }, '127.0.0.1'],
  [
    'uses the entry that the proxy added',
    'X-Forwarded-For',
    { 'x-forwarded-for': '1.2.3.4, 203.0.113.9' },
    '203.0.113.9',
  ],
  ['uses the connection where the proxy adds no header', 'x-real-ip', {}, '127.0.0.1'],
  ['uses the network of an IPv6 address', 'x-real-ip', { 'x-real-ip': '2001:db8::1:2:3' }, '2001:db8:0:0::/64'],
  [
    'uses one network for all its addresses',
    'x-real-ip',
    { 'x-real-ip': '2001:0db8:0:0:ffff::9' },
    '2001:db8:0:0::/64',
  ],
  ['uses the IPv4 address of a mapped address', 'x-real-ip', { 'x-real-ip': '::ffff:203.0.113.9' }, '203.0.113.9'],
])('%s', async (_, header, headers, expected) => {
  expect(await addressOf(header, headers)).toBe(expected);
});
