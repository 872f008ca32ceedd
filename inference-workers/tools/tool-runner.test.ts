import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { createLogger } from '#kernel/log.ts';
import type { ReplyJob, Tool } from '#kernel/messages/generation-job.ts';
import { startToolServer, type ToolServer } from '../../tests/tool-server/tool-server.ts';
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
const openRunner = (...privateHosts: readonly string[]) =>
  createToolRunner({ privateHosts, logger: createLogger('test', 'silent') });

/** The outcome of one call of a tool that answers like this. */
const outcomeOf = async (answer: (response: ServerResponse) => void, changes: Partial<Tool> = {}) => {
  await using server = await startToolServer(answer);
  await using runner = openRunner(server.host);
  const outcome = await runner.run(jobWith(server.url, changes), call, nobody);
  return { ...outcome, ended: await server.calls.at(0)?.ended };
};

test('a call says what is called, for whom, signed and with a key that every repetition of it has', async () => {
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
  ['nothing', (response) => response.writeHead(204).end(), ''],
  ['as much as is allowed', (response) => response.end('x'.repeat(65_536)), 'x'.repeat(65_536)],
  ['control characters', (response) => response.end('a\0b\u001b[1m\n\tc'), 'ab[1m\n\tc'],
])('%s is a result', async (_, answer, result) => {
  expect(await outcomeOf(answer)).toMatchObject({ status: 'COMPLETED', result });
});

test.each<[string, (response: ServerResponse) => void, string]>([
  ['a byte too much', (response) => response.end('x'.repeat(65_537)), 'The answer of the tool is longer than 64 KiB.'],
  [
    'what is no text',
    (response) => response.end(Buffer.from([0xff, 0xfe, 0x00])),
    'The answer of the tool is no text.',
  ],
  ['half a character', (response) => response.end(Buffer.from([0xe2, 0x98])), 'The answer of the tool is no text.'],
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
  ['a cut before the answer', (response) => response.socket?.destroy(), 'The tool cannot be reached.'],
])('%s is a failure with a sentence', async (_, answer, result) => {
  expect(await outcomeOf(answer)).toMatchObject({ status: 'FAILED', result });
});

test('a cut in the middle of an answer is a failure', async () => {
  const outcome = await outcomeOf((response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('half', () => response.socket?.destroy());
  });
  expect(outcome).toMatchObject({ status: 'FAILED', result: 'The answer of the tool was cut off.' });
});

test.each([
  ['an answer', 200, 'The answer of the tool is longer than 64 KiB.'],
  ['a failure', 500, 'The tool failed with status 500.'],
  ['a refusal', 400, 'The tool refused the call with status 400.'],
])('%s that goes on for ever is not read, and its connection is closed', async (_, status, result) => {
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
  ['says nothing', () => undefined],
  ['begins and says nothing more', (response) => response.writeHead(200).write('half')],
])('a tool that %s has its time, and then its connection is closed', async (_, answer) => {
  expect(await outcomeOf(answer, { timeoutMs: 50 })).toEqual({
    status: 'FAILED',
    result: 'The tool did not answer in time.',
    ended: 'left',
  });
});

test('a call that nobody waits for any more fails at once, and its connection is closed', async () => {
  await using server = await startToolServer(() => undefined);
  await using runner = openRunner(server.host);
  const stop = new AbortController();
  const arrived = server.nextCall();
  const outcome = runner.run(jobWith(server.url), call, stop.signal);
  const { ended } = await arrived;
  stop.abort();
  expect(await outcome).toMatchObject({ status: 'FAILED', result: expect.stringMatching(/^The answer was stopped/) });
  expect(await ended).toBe('left');
  expect(await runner.run(jobWith(server.url), call, stop.signal)).toMatchObject({ status: 'FAILED' });
  expect(server.calls).toHaveLength(1);
});

test('what the model made up is told to it, and no tool is called', async () => {
  await using server = await startToolServer((response) => response.end());
  await using runner = openRunner(server.host);
  const job = jobWith(server.url);
  const resultOf = async (changes: Partial<typeof call>) =>
    (await runner.run(job, { ...call, ...changes }, nobody)).result;
  expect(await resultOf({ name: 'wether' })).toBe('There is no tool of this name.');
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
    result: 'The tool answered with a redirect, which is not followed.',
  });
  expect(target.connections).toBe(0);
});

const portOf = ({ host }: ToolServer): string => host.split(':')[1] ?? '';

test.each([
  ['an address of this machine', (port: string) => `https://127.0.0.1:${port}/`],
  ['one without TLS', (port: string) => `http://127.0.0.1:${port}/`],
  ['one that is written as a number', (port: string) => `https://2130706433:${port}/`],
  ['one of IPv6', (port: string) => `https://[::ffff:127.0.0.1]:${port}/`],
  ['a name of one', (port: string) => `https://localhost:${port}/`],
  ['where clouds tell their secrets', () => 'https://169.254.169.254/latest/meta-data/'],
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

test('a host that the operator lists is called, by this name and port only', async () => {
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
