/** Jobs whose prompts are masked: what the provider is sent, and what readers, tools and results get. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { conversationSummarisedSchema } from '#contracts/broker-events.ts';
import type { SummaryJob } from '#contracts/generation-job.ts';
import { applyToText } from '#contracts/stream-event.ts';
import { createLogger } from '#kernel/log.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';
import { windowed } from '../moderation/window.fixture.ts';
import { openToolFixture } from '../tool.fixture.ts';
import { candidateOf, jobOf, openWorkerFixture, type WorkerFixture } from '../worker.fixture.ts';

const masked = { pii: 'MASK_PROMPTS' } as const;
const address = 'ada@acme.example';
const textIn = (entries: readonly StreamEntry[]): string =>
  entries.reduce((text, { event }) => applyToText(text, event), '');
const sentBy = ({ provider }: Pick<WorkerFixture, 'provider'>): string =>
  JSON.stringify(provider.requests.map(({ body }) => body));

test('the provider reads a placeholder, and the reader what it stands for, in deltas, result and reasoning', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker({ settings: { coalesceMs: 0 } });
  fixture.provider.queue({ texts: ['I write', ' to [', 'EMAIL', '_1', '], [EMAIL_2] and', ' [EMA'] });
  const messageId = await fixture.send(`Write to ${address} and bob@acme.example`, masked);
  const text = `I write to ${address}, bob@acme.example and [EMA`;
  expect(textIn(await fixture.entries(messageId))).toBe(text);
  expect(await fixture.finished(messageId)).toMatchObject({ status: 'COMPLETED', text });
  expect(fixture.provider.requests[0]?.body.messages.at(-1)?.content).toBe('Write to [EMAIL_1] and [EMAIL_2]');
  expect(sentBy(fixture)).not.toContain('acme');
});

test('where the tenant has nothing masked, the provider reads what people wrote and nothing else', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  for (const changes of [{}, { pii: 'OFF' } as const]) {
    await fixture.finished(await fixture.send(`Write to ${address}`, changes));
  }
  for (const { body } of fixture.provider.requests) {
    expect(body.messages).toEqual([{ role: 'user', content: `Write to ${address}` }]);
  }
});

test('a tool is called with the value, and its result is masked before the model reads it', async () => {
  await using fixture = await openToolFixture((response) => {
    response.end('The city of bob@acme.example has rain.');
  });
  await fixture.startToolWorker();
  const calls = [{ name: 'weather', arguments: '{"city":"[EMAIL_1]"}' }];
  fixture.provider.queue({ calls }, { tokens: 2 });
  const { toolCalls, text } = await fixture.finished(await fixture.sendWithTool(`Where is ${address}?`, masked));
  expect(fixture.tool.calls.map(({ body }) => body.arguments)).toEqual([{ city: address }]);
  expect(toolCalls).toMatchObject([{ arguments: `{"city":"${address}"}` }]);
  expect(text).toContain('bob@acme.example');
  const [, second] = fixture.provider.requests;
  const messages = JSON.stringify(second?.body.messages);
  expect(messages).toContain('The city of [EMAIL_2] has rain.');
  expect(messages).toContain('[EMAIL_1]');
  expect(sentBy(fixture)).not.toContain('acme');
});

test('a worker that takes over masks what the log holds, and goes on within the value where it ends', async () => {
  await using fixture = await openWorkerFixture();
  const { streamLog } = fixture;
  const messageId = randomUUID();
  const { attempt } = await streamLog.open(messageId);
  await streamLog.append(messageId, attempt, [
    { type: 'MessageStarted', attempt, modelId: 'openai/scripted' },
    { type: 'TokenDelta', text: `To ${address} or ada@acme.exa` },
  ]);
  await streamLog.release(messageId, attempt);
  await fixture.startWorker();
  fixture.provider.queue({ texts: [', says [EMAIL_1]'] });
  const candidates = [candidateOf('openai/scripted', { capabilities: ['PREFILL'] })];
  await fixture.send(`I am ${address}`, { messageId, candidates, ...masked });
  expect((await fixture.finished(messageId)).text).toBe(`To ${address} or ${address}, says ${address}`);
  expect(fixture.provider.requests[0]?.body.messages.at(-1)).toEqual({
    role: 'assistant',
    content: 'To [EMAIL_1] or [EMAIL_1]',
  });
  expect(sentBy(fixture)).not.toContain('acme');
});

test('titles and summaries are asked for with placeholders, and hold the values', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queueForTitle({ texts: ['Mail to [EMAIL_1]'] });
  const titleId = await fixture.sendTitle(`Hello\n${address}`, masked);
  expect((await fixture.titled(titleId)).title).toBe(`Mail to ${address}`);
  fixture.provider.queue({ texts: ['<summary>Ada is ', '[EMAIL_1]', '</summary>'] });
  const job: SummaryJob = {
    ...jobOf(''),
    ...masked,
    kind: 'summary',
    history: [
      { role: 'USER', content: `I am ${address}` },
      { role: 'ASSISTANT', content: 'Hello.' },
    ],
    turns: [{ lastMessageId: randomUUID(), messages: 2 }],
    maxOutputTokens: 200,
    promptVersion: 1,
  };
  const { summary } = conversationSummarisedSchema.parse(await fixture.resultOfJob(job));
  expect(summary).toBe(`Ada is ${address}`);
  expect(sentBy(fixture)).not.toContain('acme');
});

test('the screening before replies are shown reads what people will see', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue({ texts: ['I will kill you, [EMAIL', '_1], tomorrow'.padEnd(200, '.')] });
  const messageId = await fixture.send(`I am ${address}`, { ...masked, ...windowed });
  expect(await fixture.finished(messageId)).toMatchObject({ failure: { code: 'CONTENT_BLOCKED' } });
  fixture.provider.queue({ texts: ['Hello, [EMAIL', '_1], how are you?'.padEnd(200, '.')] });
  const harmless = await fixture.send(`I am ${address}`, { ...masked, ...windowed });
  expect((await fixture.finished(harmless)).text).toContain(`Hello, ${address}, how`);
});

test('what a worker logs of a masked job and of its faults names no value, masked or not', async () => {
  await using fixture = await openWorkerFixture();
  const lines: string[] = [];
  const logger = createLogger('test', 'trace', { write: (line) => lines.push(line) });
  await fixture.startWorker({ logger });
  for (const changes of [masked, {}]) {
    fixture.provider.queue({ status: 400, error: 'plain' }, { texts: ['fine'] });
    const candidates = [candidateOf('openai/scripted'), candidateOf('openai/other')];
    await fixture.finished(await fixture.send(`I am ${address}, 4111 1111 1111 1111`, { candidates, ...changes }));
  }
  expect(lines.join('')).toContain('a model failed');
  expect(lines.join('')).not.toMatch(/acme|4111/);
});
