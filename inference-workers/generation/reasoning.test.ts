/** What a model shows of its thinking: in the log, in the result, on the bill, and across faults and takeovers. */
import { expect, test } from 'vitest';
import { applyToReasoning, maxReasoningCharacters, type StreamEvent } from '#contracts/stream-event.ts';
import type { StreamLog } from '#kernel/stream-log/stream-log.ts';
import { textOf, thoughtAt } from '#tests/scripted-provider/script.ts';
import { countO200kTokens } from '../prompt/count-tokens.ts';
import { toolAt } from '../tool.fixture.ts';
import { candidateOf, openWorkerFixture } from '../worker.fixture.ts';

const thoughts = (count: number): string => Array.from({ length: count }, (_, index) => thoughtAt(index)).join('');
const typesIn = (entries: readonly { readonly event: StreamEvent }[]): readonly string[] =>
  entries.map(({ event }) => event.type).filter((type, index, all) => type !== all[index - 1]);
const both = { candidates: [candidateOf('openai/scripted'), candidateOf('openai/other')] };

test.each([
  ['in fields of its own', 'apart'],
  ['between tags in the text', 'tags'],
] as const)(
  'reasoning that a provider gives %s goes to the log before the text, and into no text',
  async (_, where) => {
    await using fixture = await openWorkerFixture();
    await fixture.startWorker();
    const messageId = await fixture.send(`script: reasoning=6 tokens=3 thoughts=${where}`);
    const entries = await fixture.entries(messageId);
    expect(typesIn(entries)).toEqual(['MessageStarted', 'ReasoningDelta', 'TokenDelta', 'MessageCompleted']);
    const finished = await fixture.finished(messageId);
    expect(finished).toMatchObject({
      status: 'COMPLETED',
      text: textOf(3),
      usage: { outputTokens: 9, reasoningTokens: 6, source: 'PROVIDER' },
    });
    expect(finished.reasoning?.trim()).toBe(thoughts(6).trim());
    expect(entries.reduce((all, { event }) => applyToReasoning(all, event), '')).toBe(finished.reasoning);
  },
);

test('reasoning in tags is shown as it comes, before its end is there', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const messageId = await fixture.send('script: reasoning=40 tokens=1 thoughts=tags pace=1');
  const shown = (await fixture.entries(messageId)).filter(({ event }) => event.type === 'ReasoningDelta');
  expect(shown.length).toBeGreaterThan(1);
});

test('what a model thinks beyond the bound is dropped, and its text is not', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const chunk = (delta: object, finish_reason: string | null = null) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
  const long = Array.from({ length: 60 }, (_, index) => chunk({ reasoning_content: `${index} `.repeat(1_500) }));
  fixture.provider.queue({ body: `${long.join('')}${chunk({ content: 'Yes.' })}${chunk({}, 'stop')}` });
  const messageId = await fixture.send('think long');
  const finished = await fixture.finished(messageId);
  expect(finished).toMatchObject({ status: 'COMPLETED', text: 'Yes.' });
  const entries = await fixture.entries(messageId);
  expect(entries.reduce((all, { event }) => applyToReasoning(all, event), '')).toHaveLength(maxReasoningCharacters);
  expect(finished.reasoning).toHaveLength(maxReasoningCharacters);
});

test('where the provider reports no usage, reasoning is counted as output and named apart', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const finished = await fixture.finished(await fixture.send('script: reasoning=20 tokens=5 usage=no'));
  const reasoningTokens = countO200kTokens(thoughts(20));
  expect(finished.usage).toMatchObject({
    outputTokens: reasoningTokens + countO200kTokens(textOf(5)),
    reasoningTokens,
    source: 'COUNTED',
  });
});

test.each([
  ['stop', 'PROVIDER'],
  ['length', 'REQUEST'],
])('a model that only thinks and ends with %s has not replied: the next one begins anew', async (finish, origin) => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const only = `script: reasoning=4 tokens=0 finish=${finish} times=1`;
  fixture.provider.queue({ reasoning: 4, tokens: 0, finish: finish === 'stop' ? 'stop' : 'length' }, { tokens: 2 });
  const messageId = await fixture.send(only, both);
  expect(typesIn(await fixture.entries(messageId))).toEqual([
    ...['MessageStarted', 'ReasoningDelta', 'MessageStarted', 'MessageReset', 'TokenDelta', 'MessageCompleted'],
  ]);
  const finished = await fixture.finished(messageId);
  expect(finished).toMatchObject({ status: 'COMPLETED', text: textOf(2), modelId: 'openai/other' });
  expect(finished.reasoning).toBeUndefined();
  expect(finished.modelFailures).toMatchObject([{ modelId: 'openai/scripted', code: 'MODEL_ERROR', origin }]);
});

test('a reply that is only reasoning when no model is left has failed, costs nothing, and says why', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const messageId = await fixture.send('script: reasoning=4 tokens=0 finish=length');
  const failure = { code: 'MODEL_ERROR', message: expect.stringContaining('wrote no reply'), retryable: true };
  expect(await fixture.finished(messageId)).toMatchObject({
    status: 'FAILED',
    text: '',
    reasoning: thoughts(4),
    usage: { inputTokens: 0, outputTokens: 0 },
    parts: [{ usage: { inputTokens: 0, outputTokens: 0 } }],
    failure,
  });
  expect((await fixture.entries(messageId)).at(-1)?.event).toMatchObject({ type: 'MessageFailed', ...failure });
});

test('a model that fails while it thinks is not asked again, and its thoughts are void with the first of the next', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue({ reasoning: 3, cut: 0 }, { reasoning: 2, tokens: 2 });
  const messageId = await fixture.send('hello', both);
  const events = (await fixture.entries(messageId)).map(({ event }) => event);
  const at = events.findIndex(({ type }) => type === 'MessageReset');
  expect(events.slice(at, at + 2)).toMatchObject([
    { reason: 'MODEL_REPLACED' },
    { type: 'ReasoningDelta', text: thoughtAt(0) },
  ]);
  expect(await fixture.finished(messageId)).toMatchObject({ text: textOf(2), reasoning: thoughts(2) });
  expect(fixture.provider.requests).toHaveLength(2);
});

/** Leaves the log of a worker that died after these events. */
const leaveBehind = async (streamLog: StreamLog, messageId: string, events: readonly StreamEvent[]): Promise<void> => {
  const { attempt } = await streamLog.open(messageId);
  await streamLog.append(messageId, attempt, [
    { type: 'MessageStarted', attempt, modelId: 'openai/scripted' },
    { type: 'ReasoningDelta', text: 'half a thou' },
    ...events,
  ]);
  await streamLog.release(messageId, attempt);
};
const prefill = { candidates: [candidateOf('openai/scripted', { capabilities: ['PREFILL'] })] };

test('a worker that takes over continues the text, and the thoughts before it stay', async () => {
  await using fixture = await openWorkerFixture();
  const messageId = crypto.randomUUID();
  await leaveBehind(fixture.streamLog, messageId, [{ type: 'TokenDelta', text: textOf(2) }]);
  await fixture.startWorker();
  await fixture.send('script: tokens=4 reasoning=5', { messageId, ...prefill });
  const finished = await fixture.finished(messageId);
  expect(finished).toMatchObject({ attempt: 2, text: textOf(4), reasoning: 'half a thou' });
  const counted = countO200kTokens('half a thou');
  expect(finished.parts?.at(0)).toMatchObject({
    attempt: 1,
    usage: { reasoningTokens: counted, outputTokens: counted + countO200kTokens(textOf(2)) },
  });
});

test('half a thought is void when another worker takes over, whatever its model can', async () => {
  await using fixture = await openWorkerFixture();
  const messageId = crypto.randomUUID();
  await leaveBehind(fixture.streamLog, messageId, []);
  await fixture.startWorker();
  await fixture.send('script: tokens=4 reasoning=5', { messageId, ...prefill });
  const entries = await fixture.entries(messageId);
  expect(typesIn(entries)).toEqual([
    ...['MessageStarted', 'ReasoningDelta', 'MessageStarted', 'MessageReset', 'ReasoningDelta', 'TokenDelta'],
    'MessageCompleted',
  ]);
  expect(await fixture.finished(messageId)).toMatchObject({ text: textOf(4), reasoning: thoughts(5) });
});

test('the thoughts before and after the calls of tools are paragraphs of their own', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const messageId = await fixture.send('script: reasoning=2 tokens=2 calls=[{"name":"nothing"}]', {
    tools: [toolAt('https://127.0.0.1:1/')],
    candidates: [candidateOf('openai/scripted', { capabilities: ['TOOLS'] })],
  });
  const { reasoning } = await fixture.finished(messageId);
  expect(reasoning).toBe(`${thoughts(2)}\n\n${thoughts(2)}`);
});

test('a server gets back what its model thought before it called a tool, in the same reply only, unless it refuses', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const options = {
    tools: [toolAt('https://127.0.0.1:1/')],
    candidates: [candidateOf('openai/scripted', { capabilities: ['TOOLS' as const] })],
  };
  const call = { reasoning: 2, calls: [{ name: 'nothing' }] };
  const error = { message: "messages.1.reasoning_content: Extra inputs are not permitted ('extra_forbidden')" };
  const refusal = { status: 422, type: 'application/json', body: JSON.stringify({ error }) };
  fixture.provider.queue(call, { tokens: 1 }, call, refusal, { tokens: 1 }, call, { tokens: 1 });
  for (let turn = 0; turn < 3; turn += 1) {
    expect(await fixture.finished(await fixture.send(`turn ${turn}`, options))).toMatchObject({ status: 'COMPLETED' });
  }
  const given = fixture.provider.requests.map(({ body }) =>
    body.messages.map((one) => one['reasoning_content'] ?? '').join(''),
  );
  expect(given).toEqual(['', thoughts(2).trim(), '', thoughts(2).trim(), '', '', '']);
});

test('a model that goes in circles while it thinks is stopped', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue({ texts: ['<think>\n', ...Array.from({ length: 800 }, () => 'Wait, no. ')], pace: 1 });
  const messageId = await fixture.send('think in circles');
  const [request] = fixture.provider.requests;
  expect(await fixture.finished(messageId)).toMatchObject({ status: 'FAILED', failure: { code: 'MODEL_ERROR' } });
  expect(await (request ?? fixture.provider.requests[0])?.ended).toBe('closed by client');
});

test('a stopped reply keeps the thoughts that it had', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue({ reasoning: 3, stall: 0 });
  const messageId = await fixture.send('hello');
  for await (const { event } of fixture.streamLog.tail(messageId, 0, AbortSignal.timeout(10_000))) {
    if (event.type === 'ReasoningDelta' && event.text.length > 0) break;
  }
  await fixture.streamLog.requestStop(messageId);
  const finished = await fixture.finished(messageId);
  expect(finished).toMatchObject({ status: 'CANCELLED', text: '' });
  expect(thoughts(3)).toContain(finished.reasoning);
});

test('a title that a model thinks about first is only the title', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queueForTitle({ texts: ['<think>bees?', ' yes</think>', '\n\nBees'] });
  expect(await fixture.titled(await fixture.sendTitle('What do bees do?'))).toMatchObject({ title: 'Bees' });
});
