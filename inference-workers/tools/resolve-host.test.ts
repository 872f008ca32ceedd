/** The resolution of tools' names, against DNS servers that respond as a test says, or never. */
import { lookup } from 'node:dns/promises';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLogger } from '#kernel/log.ts';
import { createSealer } from '#kernel/sealing/sealer.ts';
import { startDnsServer } from '#kernel/tool-connections/dns-server.fixture.ts';
import { createHostResolver } from '#kernel/tool-connections/resolve-host.ts';
import { startToolServer } from '#tests/tool-server/tool-server.ts';
import { jobOf } from '../worker.fixture.ts';
import { createToolRunner } from './tool-runner.ts';

const call = { id: 'abc', name: 'weather', arguments: '{}' };
const nobody = new AbortController().signal;
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const jobWith = (url: string) =>
  jobOf('', { tools: [{ name: 'weather', description: '', parameters: {}, url, timeoutMs: 600_000, secret }] });
const logger = createLogger('test', 'silent');

test('names that no DNS server resolves delay neither another tenant’s tool nor any other look-up', async () => {
  await using dns = await startDnsServer(undefined);
  await using server = await startToolServer((response) => response.end('sunny'));
  const port = server.host.split(':')[1] ?? '';
  await using runner = createToolRunner({
    privateHosts: ['localhost'],
    sealer: createSealer({}),
    logger,
    resolving: { servers: [dns.address] },
  });
  let ended = 0;
  const dead = Array.from({ length: 8 }, async (_, index) => {
    const outcome = await runner.run(jobWith(`https://dead-${index}.example/`), call, nobody);
    ended += 1;
    return outcome;
  });
  await dns.sawNames(8);
  const other = await runner.run(jobWith(`http://localhost:${port}/`), call, nobody);
  await lookup('localhost');
  expect(other).toEqual({ status: 'COMPLETED', result: 'sunny' });
  expect(ended).toBe(0);
  for (const outcome of await Promise.all(dead)) {
    expect(outcome).toEqual({ status: 'FAILED', result: 'The tool cannot be reached.' });
  }
});

test.each(['127.0.0.1', '10.1.2.3', '169.254.169.254'])('a name that points to %s is not called', async (address) => {
  await using dns = await startDnsServer(address);
  await using runner = createToolRunner({
    privateHosts: [],
    sealer: createSealer({}),
    logger,
    resolving: { servers: [dns.address] },
  });
  expect(await runner.run(jobWith('https://tools.example/'), call, nobody)).toEqual({
    status: 'FAILED',
    result: 'The tool may not be called: its address is not a public one with TLS.',
  });
});

test('connections go to the addresses of the hosts file, then to those of DNS', async () => {
  await using dns = await startDnsServer('203.0.114.7');
  const hostsFile = join(tmpdir(), `parlance-hosts-${process.pid}`);
  await writeFile(hostsFile, '# own\n203.0.114.9\tTools.Example tools # ours\n::1 ip6 \n');
  using resolver = createHostResolver({ servers: [dns.address], hostsFile });
  expect(await resolver.ofTenant('tools.example')).toEqual([{ address: '203.0.114.9', family: 4 }]);
  expect(await resolver.ofTenant('IP6.')).toEqual([{ address: '::1', family: 6 }]);
  expect(dns.queried).toEqual([]);
  expect(await resolver.ofTenant('others.example')).toEqual([{ address: '203.0.114.7', family: 4 }]);
  expect(await resolver.ofTenant('api.localhost')).toContainEqual({ address: '127.0.0.1', family: 4 });
  await rm(hostsFile);
});

test('a name that the operator lists has one look-up at a time', async () => {
  using resolver = createHostResolver();
  const [one, other] = [resolver.ofOperator('localhost'), resolver.ofOperator('localhost')];
  expect(other).toBe(one);
  expect(await one).toContainEqual({ address: '127.0.0.1', family: 4 });
  expect(await resolver.ofOperator('localhost')).toEqual(await one);
});
