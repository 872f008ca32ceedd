import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ReplyJob } from '#contracts/generation-job.ts';
import { textOf } from '#tests/scripted-provider/script.ts';
import { candidateOf, openWorkerFixture } from '../worker.fixture.ts';
import { openReuse } from './open-reuse.ts';
import { askReusable, tenantId, terms, textIn } from './reuse.fixture.ts';

const prompt = 'script: tokens=9';

test('an equal request gets the reply that was kept, as a normal stream, and no model is asked', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const first = await askReusable(fixture);
  expect(first.finished.reuse).toEqual({ asked: ['REQUEST_CACHE'] });
  const second = await askReusable(fixture);
  expect(second.asked).toBe(1);
  expect(textIn(second.entries)).toBe(textOf(9));
  expect(second.entries.map(({ seq }) => seq)).toEqual(second.entries.map((_, index) => index + 1));
  expect(second.entries[0]?.event).toEqual({
    ...{ type: 'MessageStarted', attempt: 1, modelId: 'openai/scripted', reuse: 'REQUEST_CACHE' },
  });
  expect(second.entries.at(-1)?.event).toEqual({
    ...{ type: 'MessageCompleted', status: 'COMPLETED', finishReason: 'STOP', reuse: 'REQUEST_CACHE' },
  });
  const { usage, price } = first.finished;
  expect(second.finished).toMatchObject({
    ...{ status: 'COMPLETED', finishReason: 'STOP', text: textOf(9), modelId: 'openai/scripted' },
    usage: { inputTokens: 0, outputTokens: 0 },
    reuse: {
      asked: ['REQUEST_CACHE'],
      served: { lever: 'REQUEST_CACHE', messageId: first.messageId, usage, price },
    },
  });
  expect(second.finished.parts).toMatchObject([{ usage: { inputTokens: 0, outputTokens: 0 } }]);
  // A reply that was served is not kept anew: the third one is from the first.
  const third = await askReusable(fixture);
  expect(third.finished.reuse?.served?.messageId).toBe(first.messageId);
});

test.each<[string, Partial<ReplyJob>]>([
  ['another user', { userId: randomUUID() }],
  ['another tenant', { tenantId: randomUUID() }],
  ['another tenant with the same user', { tenantId: randomUUID(), reuse: { ...terms, share: 'TENANT' } }],
  ['the whole tenant', { reuse: { ...terms, share: 'TENANT' } }],
  ['another version of the policy', { reuse: { ...terms, version: 'v2' } }],
  ['another temperature', { temperature: 0.1 }],
  ['no temperature', { temperature: undefined }],
  ['no cache', { reuse: undefined }],
  ['another limit', { maxOutputTokens: 500 }],
  ['another effort', { reasoningEffort: 'LOW' }],
  ['another model', { candidates: [candidateOf('openai/other')] }],
  [
    'another price',
    { candidates: [candidateOf('openai/scripted', { price: { input: '9', cachedInput: '9', output: '9' } })] },
  ],
  [
    'instructions',
    {
      history: [
        { role: 'SYSTEM', content: 'Be brief.' },
        { role: 'USER', content: prompt },
      ],
    },
  ],
  [
    'another history',
    {
      history: [
        { role: 'USER', content: 'Hello' },
        { role: 'ASSISTANT', content: 'Hello' },
        { role: 'USER', content: prompt },
      ],
    },
  ],
])('a reply that was kept is not served to %s', async (_, changes) => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  await askReusable(fixture);
  const other = await askReusable(fixture, changes);
  expect(other.finished.reuse?.served).toBeUndefined();
  expect(other.asked).toBe(2);
});

test('a reply of one user is served to another one where the policy shares it', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const shared = { reuse: { ...terms, share: 'TENANT' as const } };
  await askReusable(fixture, shared);
  const other = await askReusable(fixture, { ...shared, userId: randomUUID() });
  expect(other.finished.reuse?.served?.lever).toBe('REQUEST_CACHE');
  expect(other.asked).toBe(1);
});

test.each([
  ['that did not end by itself', 'script: tokens=9 finish=length'],
  ['that asks for the time', 'script: tokens=9\nWhat is new today?'],
  ['that asks for the time in German', 'script: tokens=9\nWas gibt es Neues, heute?'],
])('a reply to a question %s is not kept', async (_, question) => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  await askReusable(fixture, {}, question);
  expect((await askReusable(fixture, {}, question)).asked).toBe(2);
});

test('a reply whose message or conversation was withdrawn is not served any more', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const conversationId = randomUUID();
  const first = await askReusable(fixture, { conversationId });
  await fixture.replyCache.withdraw(tenantId, first.messageId);
  const second = await askReusable(fixture, { conversationId });
  expect(second.asked).toBe(2);
  expect((await askReusable(fixture)).asked).toBe(2);
  await fixture.replyCache.withdraw(tenantId, conversationId);
  expect((await askReusable(fixture)).asked).toBe(3);
});

test('a worker that takes over in the middle of a reply that was kept continues it, and nothing is billed', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  await askReusable(fixture);
  const messageId = randomUUID();
  const { attempt } = await fixture.streamLog.open(messageId);
  await fixture.streamLog.append(messageId, attempt, [
    { type: 'MessageStarted', attempt, modelId: 'openai/scripted', reuse: 'REQUEST_CACHE' },
    { type: 'TokenDelta', text: textOf(4) },
  ]);
  await fixture.streamLog.release(messageId, attempt);
  const taken = await askReusable(fixture, { messageId });
  expect(taken.asked).toBe(1);
  expect(textIn(taken.entries)).toBe(textOf(9));
  expect(taken.entries.some(({ event }) => event.type === 'MessageReset')).toBe(false);
  expect(taken.finished.parts).toMatchObject([
    { attempt: 1, inAnswer: true, usage: { inputTokens: 0, outputTokens: 0 } },
    { attempt: 2, inAnswer: true, usage: { inputTokens: 0, outputTokens: 0 } },
  ]);
});

test('a reply that begins otherwise than the one that was kept is left to a model', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  await askReusable(fixture);
  const messageId = randomUUID();
  const { attempt } = await fixture.streamLog.open(messageId);
  await fixture.streamLog.append(messageId, attempt, [
    { type: 'MessageStarted', attempt, modelId: 'openai/scripted' },
    { type: 'TokenDelta', text: 'Otherwise ' },
  ]);
  await fixture.streamLog.release(messageId, attempt);
  const taken = await askReusable(fixture, { messageId });
  expect(taken.asked).toBe(2);
  expect(taken.finished.reuse).toEqual({ asked: ['REQUEST_CACHE'] });
});

test('a cache that does not respond costs a request to a model and nothing else', async () => {
  await using fixture = await openWorkerFixture();
  let calls = 0;
  const away = async (): Promise<never> => {
    calls += 1;
    throw new Error('away');
  };
  const cache = { ...fixture.replyCache, get: away, lease: away, set: away, release: away };
  await fixture.startWorker({ reuse: openReuse(cache, {}) });
  expect((await askReusable(fixture)).finished).toMatchObject({ status: 'COMPLETED', text: textOf(9) });
  expect(calls).toBeGreaterThan(0);
});

const similar = { version: 'v1', similarSeconds: 60, share: 'USER' } as const;

test('a first question that asks the same in other words of asking gets the reply to the other one', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const ask = (question: string, changes: Partial<ReplyJob> = {}) =>
    askReusable(fixture, { reuse: similar, temperature: undefined, ...changes }, question);
  const first = await ask('What is the capital of France?');
  const second = await ask('Can you tell me what the capital of France is?');
  expect(second.asked).toBe(1);
  expect(second.finished.reuse).toMatchObject({
    asked: ['SEMANTIC_CACHE'],
    served: { lever: 'SEMANTIC_CACHE', messageId: first.messageId },
  });
  expect(second.finished.text).toBe(first.finished.text);
  const others = [
    await ask('What is the capital of Germany?'),
    await ask('What is the capital of France?', { userId: randomUUID() }),
    await ask('What is the capital of France?', { tenantId: randomUUID() }),
    await ask('What is the capital of France?', { temperature: 1 }),
    await ask('What is the capital of France?', { reuse: { ...similar, version: 'v2' } }),
    await ask('', {
      history: [
        { role: 'SYSTEM', content: 'Be brief.' },
        { role: 'USER', content: 'What is the capital of France?' },
      ],
    }),
    await ask('', {
      history: [
        { role: 'USER', content: 'Hello' },
        { role: 'ASSISTANT', content: 'Hello' },
        { role: 'USER', content: 'What is the capital of France?' },
      ],
    }),
  ];
  expect(others.map(({ finished }) => finished.reuse?.served)).toEqual(others.map(() => undefined));
  // Equal but for a name, which only the questions themselves show.
  await ask('Where is the US embassy in Rome?');
  expect((await ask('Where is the us embassy in Rome?')).finished.reuse?.served).toBeUndefined();
  await fixture.replyCache.withdraw(tenantId, first.messageId);
  expect((await ask('What is the capital of France?')).finished.reuse?.served).toBeUndefined();
});

test('a curated reply is served to a first question only, and saves what a model would have cost', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const curated = { id: randomUUID(), reply: 'We are open from 9 to 5.' };
  const reuse = { version: 'v1', usesCurated: true, share: 'USER', curated } as const;
  const first = await askReusable(fixture, { reuse, temperature: undefined }, 'When are you open?');
  expect(first.asked).toBe(0);
  expect(first.finished).toMatchObject({
    ...{ status: 'COMPLETED', text: curated.reply, usage: { inputTokens: 0, outputTokens: 0 } },
    reuse: { served: { lever: 'SEMANTIC_CACHE', messageId: curated.id, usage: { source: 'COUNTED' } } },
  });
  expect(first.finished.reuse?.served?.usage.outputTokens).toBeGreaterThan(0);
  const later = await askReusable(fixture, {
    reuse,
    history: [
      { role: 'USER', content: 'Hello' },
      { role: 'ASSISTANT', content: 'Hello' },
      { role: 'USER', content: 'When are you open?' },
    ],
  });
  expect(later.asked).toBe(1);
  const missing = await askReusable(
    fixture,
    { reuse: { version: 'v1', usesCurated: true, share: 'USER' } },
    'Who are you?',
  );
  expect(missing.finished.reuse).toEqual({ asked: ['SEMANTIC_CACHE'] });
});
