import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import type { ReplyJob, Tool } from '#contracts/generation-job.ts';
import { toolSecretPurpose } from '#contracts/tool-secret.ts';
import { createLogger } from '#kernel/log.ts';
import { createSealer } from '#kernel/sealing/sealer.ts';
import { startToolServer, type ToolServer } from '#tests/tool-server/tool-server.ts';
import { candidateOf } from '../worker.fixture.ts';
import { signatureHeaders } from './sign-call.ts';
import { createToolRunner } from './tool-runner.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const call = { id: 'abc', name: 'weather', arguments: '{"city":"Bonn"}' };
const nobody = new AbortController().signal;

const jobWith = (url: string, changes: Partial<Tool> = {}): ReplyJob => ({
  kind: 'reply',
  tenantId: randomUUID(),
  userId: randomUUID(),
  conversationId: randomUUID(),
  messageId: randomUUID(),
  history: [],
  candidates: [candidateOf('openai/scripted')],
  tools: [{ name: 'weather', description: '', parameters: {}, url, timeoutMs: 600_000, secret, ...changes }],
  admittedAt: 0,
});
const sealer = createSealer({ SEALING_KEY: 'a key of at least thirty-two characters' });
const openRunner = (...privateHosts: readonly string[]) =>
  createToolRunner({ privateHosts, sealer, logger: createLogger('test', 'silent') });

/** The outcome of one call of a tool that responds like this. */
const outcomeOf = async (respond: (response: ServerResponse) => void, changes: Partial<Tool> = {}) => {
  await using server = await startToolServer(respond);
  await using runner = openRunner(server.host);
  const outcome = await runner.run(jobWith(server.url, changes), call, nobody);
  return { ...outcome, ended: await server.calls.at(0)?.ended };
};

test('a call is signed with the secret that was sealed for its tenant and tool, and not made with any other', async () => {
  await using server = await startToolServer((response) => response.end('sunny'));
  await using runner = openRunner(server.host);
  const job = jobWith(server.url);
  const seal = (...purpose: [tenantId: string, tool: string]) => sealer.seal(secret, toolSecretPurpose(...purpose));
  const runWith = (sealed: string) =>
    runner.run({ ...job, tools: job.tools?.map((tool) => ({ ...tool, secret: sealed })) }, call, nobody);
  expect(await runWith(seal(job.tenantId, 'weather'))).toEqual({ status: 'COMPLETED', result: 'sunny' });
  const [made] = server.calls;
  const sent = { id: String(made?.headers['webhook-id']), at: Number(made?.headers['webhook-timestamp']) * 1000 };
  expect(made?.headers).toMatchObject(signatureHeaders({ secret, body: made?.text ?? '', ...sent }));
  for (const other of [seal(randomUUID(), 'weather'), seal(job.tenantId, 'news'), 'sealed:00000000:AAAA']) {
    expect(await runWith(other)).toMatchObject({ status: 'FAILED', result: expect.stringContaining('secret') });
  }
  expect(server.calls).toHaveLength(1);
});

test('a call carries the tool, the user and a signature, and the same key in every repetition', async () => {
  await using server = await startToolServer((response) => response.end('sunny'));
  await using runner = openRunner(server.host);
  const job = jobWith(server.url);
  const { tenantId, userId, conversationId, messageId } = job;
  expect(await runner.run(job, call, nobody)).toEqual({ status: 'COMPLETED', result: 'sunny' });
  await runner.run(job, call, nobody);
  await runner.run(job, { ...call, id: 'def' }, nobody);
  const [first, second, third] = server.calls;
  expect(first?.body).toEqual({
    tool: 'weather',
    arguments: { city: 'Bonn' },
    messageId,
    conversationId,
    tenantId,
    userId,
  });
  expect(first?.headers).toMatchObject({ 'content-type': 'application/json', 'idempotency-key': `${messageId}:abc` });
  expect(second?.headers['idempotency-key']).toBe(first?.headers['idempotency-key']);
  expect(third?.headers['idempotency-key']).not.toBe(first?.headers['idempotency-key']);
  const at = Number(first?.headers['webhook-timestamp']) * 1000;
  const body = first?.text ?? '';
  expect(first?.headers).toMatchObject(signatureHeaders({ secret, id: `${messageId}:abc`, at, body }));
  expect(Math.abs(Date.now() - at)).toBeLessThan(60_000);
});

test.each<[string, (response: ServerResponse) => void, string]>([
  ['text', (response) => response.end('It rains ☔ in Köln.'), 'It rains ☔ in Köln.'],
  ['JSON', (response) => response.writeHead(201).end('{"rain":true}'), '{"rain":true}'],
  ['an empty response', (response) => response.writeHead(204).end(), ''],
  ['a response of the maximal size', (response) => response.end('x'.repeat(65_536)), 'x'.repeat(65_536)],
  ['control characters', (response) => response.end('a\0b\u001b[1m\n\tc'), 'ab[1m\n\tc'],
])('%s is a result', async (_, respond, result) => {
  expect(await outcomeOf(respond)).toMatchObject({ status: 'COMPLETED', result });
});

test.each<[string, (response: ServerResponse) => void, string]>([
  [
    'a response with a byte too many',
    (response) => response.end('x'.repeat(65_537)),
    'The response of the tool is longer than 64 KiB.',
  ],
  [
    'what is no text',
    (response) => response.end(Buffer.from([0xff, 0xfe, 0x00])),
    'The response of the tool is not text.',
  ],
  ['half a character', (response) => response.end(Buffer.from([0xe2, 0x98])), 'The response of the tool is not text.'],
  [
    'a refusal',
    (response) => response.writeHead(422).end('No such city.'),
    'The tool refused the call with status 422: No such city.',
  ],
  [
    'a refusal without words',
    (response) => response.writeHead(404).end(),
    'The tool refused the call with status 404.',
  ],
  ['a failure', (response) => response.writeHead(500).end('secret-host-7 is down'), 'The tool failed with status 500.'],
  ['a cut before the response', (response) => response.socket?.destroy(), 'The tool cannot be reached.'],
])('%s is a failure with a sentence', async (_, respond, result) => {
  expect(await outcomeOf(respond)).toMatchObject({ status: 'FAILED', result });
});

test('a response that is cut off is a failure', async () => {
  const outcome = await outcomeOf((response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half', () => response.socket?.destroy());
  });
  expect(outcome).toMatchObject({ status: 'FAILED', result: 'The response of the tool was cut off.' });
});

test.each([
  ['text', 200, 'The response of the tool is longer than 64 KiB.'],
  ['text of a failure', 500, 'The tool failed with status 500.'],
  ['text of a refusal', 400, 'The tool refused the call with status 400.'],
])('endless %s is not read, and its connection is closed', async (_, status, result) => {
  const outcome = await outcomeOf((response) => {
    response.writeHead(status);
    const more = (): void => {
      while (!response.destroyed && response.write('x'.repeat(65_536)));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  });
  expect(outcome).toEqual({ status: 'FAILED', result, ended: 'left' });
});

test.each<[string, (response: ServerResponse) => void]>([
  ['does not respond', () => undefined],
  ['starts a response and does not end it', (response) => response.writeHead(200).write('half')],
])('a tool that %s gets its time, and then its connection is closed', async (_, respond) => {
  expect(await outcomeOf(respond, { timeoutMs: 50 })).toEqual({
    status: 'FAILED',
    result: 'The tool did not respond in time.',
    ended: 'left',
  });
});

test('an aborted call fails at once, and its connection is closed', async () => {
  await using server = await startToolServer(() => undefined);
  await using runner = openRunner(server.host);
  const stop = new AbortController();
  const arrived = server.nextCall();
  const outcome = runner.run(jobWith(server.url), call, stop.signal);
  const { ended } = await arrived;
  stop.abort();
  expect(await outcome).toMatchObject({ status: 'FAILED', result: expect.stringMatching(/^The reply was stopped/) });
  expect(await ended).toBe('left');
  expect(await runner.run(jobWith(server.url), call, stop.signal)).toMatchObject({ status: 'FAILED' });
  expect(server.calls).toHaveLength(1);
});

test('an invented tool is a failure that the model gets, and no tool is called', async () => {
  await using server = await startToolServer((response) => response.end());
  await using runner = openRunner(server.host);
  const job = jobWith(server.url);
  const resultOf = async (changes: Partial<typeof call>) =>
    (await runner.run(job, { ...call, ...changes }, nobody)).result;
  expect(await resultOf({ name: 'wether' })).toBe('There is no tool with this name.');
  const deep = `{"city":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  for (const text of ['{"city":', '"Bonn"', '[1]', 'null', '', deep]) {
    expect(await resultOf({ arguments: text })).toBe('The arguments are not a JSON object of at most 64 levels.');
  }
  expect(server.calls).toHaveLength(0);
});

test('a redirect is not followed', async () => {
  await using target = await startToolServer((response) => response.end('the secret'));
  await using server = await startToolServer((response) => response.writeHead(307, { location: target.url }).end());
  await using runner = openRunner(server.host, target.host);
  expect(await runner.run(jobWith(server.url), call, nobody)).toEqual({
    status: 'FAILED',
    result: 'The tool responded with a redirect, which is not followed.',
  });
  expect(target.connections).toBe(0);
});

const portOf = ({ host }: ToolServer): string => host.split(':')[1] ?? '';

test.each([
  ['an address of this machine', (port: string) => `https://127.0.0.1:${port}/`],
  ['an address without TLS', (port: string) => `http://127.0.0.1:${port}/`],
  ['an address written as a number', (port: string) => `https://2130706433:${port}/`],
  ['an IPv6 address', (port: string) => `https://[::ffff:127.0.0.1]:${port}/`],
  ['a name of this machine', (port: string) => `https://localhost:${port}/`],
  ['an address where clouds serve credentials', () => 'https://169.254.169.254/latest/meta-data/'],
  ['a public address without TLS', () => 'http://203.0.114.1/'],
])('%s is not called', async (_, urlOf) => {
  await using server = await startToolServer((response) => response.end('the secret'));
  await using runner = openRunner();
  expect(await runner.run(jobWith(urlOf(portOf(server))), call, nobody)).toEqual({
    status: 'FAILED',
    result: 'The tool may not be called: its address is not a public one with TLS.',
  });
  expect(server.connections).toBe(0);
});

test('a host that the operator lists is called, but only by this name and port', async () => {
  await using server = await startToolServer((response) => response.end('hello'));
  const port = portOf(server);
  const statusOf = async (listed: string, url: string) => {
    await using runner = openRunner(listed);
    return (await runner.run(jobWith(url), call, nobody)).status;
  };
  expect(await statusOf(`127.0.0.1:${port}`, `http://127.0.0.1:${port}/`)).toBe('COMPLETED');
  expect(await statusOf('127.0.0.1', `http://127.0.0.1:${port}/`)).toBe('COMPLETED');
  expect(await statusOf('LOCALHOST', `http://localhost:${port}/`)).toBe('COMPLETED');
  expect(await statusOf(`127.0.0.1:${Number(port) + 1}`, `http://127.0.0.1:${port}/`)).toBe('FAILED');
  expect(await statusOf('127.0.0.1', `http://localhost:${port}/`)).toBe('FAILED');
  expect(server.calls).toHaveLength(3);
});
