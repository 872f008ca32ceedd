import { expect, test } from 'vitest';
import { applyToText } from '#contracts/stream-event.ts';
import type { StreamEntry } from '#kernel/stream-log/stream-log.ts';
import { textOf } from '#tests/scripted-provider/script.ts';
import { countO200kTokens } from '../prompt/count-tokens.ts';
import { bonn, callsIn, knowsTools, openToolFixture, respondWithWeather, type ToolFixture } from '../tool.fixture.ts';
import { candidateOf } from '../worker.fixture.ts';

const textIn = (entries: readonly StreamEntry[]): string =>
  entries.reduce((text, { event }) => applyToText(text, event), '');
const typesIn = (entries: readonly StreamEntry[]): readonly string[] => entries.map(({ event }) => event.type);
const prefills = candidateOf('openai/scripted', { capabilities: ['TOOLS', 'PREFILL'] });

/** Has one worker start a reply and hand it over when something has happened. Returns the message id. */
const handOver = async (
  fixture: ToolFixture,
  send: () => Promise<string>,
  happened: (messageId: string) => Promise<unknown>,
): Promise<string> => {
  const worker = await fixture.startToolWorker({ shutdownGraceMs: 0 });
  const messageId = await send();
  await happened(messageId);
  await worker[Symbol.asyncDispose]();
  return messageId;
};

/** Resolves when clients see this text. */
const seen = async ({ streamLog }: ToolFixture, messageId: string, text: string): Promise<void> => {
  let all = '';
  for await (const { event } of streamLog.tail(messageId, 0, new AbortController().signal)) {
    all = applyToText(all, event);
    if (all.endsWith(text)) return;
  }
};

test('a call that had started is made again by the next worker, with the same key, and completes once in the log', async () => {
  const begun: string[] = [];
  await using fixture = await openToolFixture((response, call) => {
    begun.push(String(call.headers['idempotency-key']));
    if (begun.length > 1) respondWithWeather(response, call);
  });
  const arrived = fixture.tool.nextCall();
  fixture.provider.queue({ calls: [bonn] }, { tokens: 2 });
  const messageId = await handOver(
    fixture,
    () => fixture.sendWithTool(''),
    () => arrived,
  );
  expect(await (await arrived).ended).toBe('left');
  await fixture.startToolWorker();
  const entries = await fixture.entries(messageId);
  expect(typesIn(entries)).toEqual([
    'MessageStarted',
    'ToolCallStarted',
    'ToolCallCompleted',
    'MessageStarted',
    ...entries.slice(4, -1).map(() => 'TokenDelta'),
    'MessageCompleted',
  ]);
  expect(begun).toHaveLength(2);
  expect(new Set(begun).size).toBe(1);
  const finished = await fixture.finished(messageId);
  expect(finished).toMatchObject({ attempt: 2, text: `rain-in-Bonn ${textOf(2)}`, toolCalls: [bonn] });
  // The model that made the call is billed for it, even if another one got the result.
  expect(finished.parts).toMatchObject([
    { attempt: 1, inAnswer: true, usage: { outputTokens: countO200kTokens('weather{"city":"Bonn"}') } },
    { attempt: 2, inAnswer: true, usage: { inputTokens: 1000, outputTokens: 2, source: 'PROVIDER' } },
  ]);
});

test('after tool results a worker continues without a reset and without a call, even if the model cannot continue a text', async () => {
  await using fixture = await openToolFixture();
  fixture.provider.queue({ calls: [bonn], lead: 2 }, { delay: 600_000 }, { tokens: 2 });
  const first = fixture.provider.nextRequest();
  const messageId = await handOver(
    fixture,
    () => fixture.sendWithTool(''),
    async () => {
      await first;
      await fixture.provider.nextRequest();
    },
  );
  await fixture.startToolWorker();
  const entries = await fixture.entries(messageId);
  expect(typesIn(entries)).not.toContain('MessageReset');
  expect(textIn(entries)).toBe(`${textOf(2)}\n\nrain-in-Bonn ${textOf(2)}`);
  const [, second, third] = fixture.provider.requests;
  expect(third?.body.messages).toEqual(second?.body.messages);
  expect(fixture.tool.calls).toHaveLength(1);
  expect(callsIn(entries)).toHaveLength(2);
});

test('text after tool results is continued where the model can', async () => {
  await using fixture = await openToolFixture();
  fixture.provider.queue({ calls: [bonn] }, { tokens: 9, stall: 4 }, { tokens: 9 });
  const send = () => fixture.sendWithTool('', { candidates: [prefills] });
  const textSoFar = `rain-in-Bonn ${textOf(4)}`;
  const messageId = await handOver(fixture, send, (id) => seen(fixture, id, textSoFar));
  await fixture.startToolWorker();
  const entries = await fixture.entries(messageId);
  expect(typesIn(entries)).not.toContain('MessageReset');
  expect(
    fixture.provider.requests
      .at(2)
      ?.body.messages.slice(1)
      .map(({ role }) => role),
  ).toEqual(['assistant', 'tool', 'assistant']);
  expect(fixture.provider.requests.at(2)?.body.messages.at(-1)?.content).toBe(textSoFar);
  const finished = await fixture.finished(messageId);
  expect(finished).toMatchObject({ text: `rain-in-Bonn ${textOf(9)}`, toolCalls: [{ result: 'rain-in-Bonn' }] });
  expect(fixture.tool.calls).toHaveLength(1);
});

test('where the model cannot, everything is reset, and a repeated call has the outcome that it had', async () => {
  await using fixture = await openToolFixture();
  fixture.provider.queue({ calls: [bonn] }, { tokens: 9, stall: 4 }, { calls: [bonn, bonn] }, { tokens: 2 });
  const send = () => fixture.sendWithTool('');
  const messageId = await handOver(fixture, send, (id) => seen(fixture, id, 'w3 '));
  await fixture.startToolWorker();
  const entries = await fixture.entries(messageId);
  const reset = typesIn(entries).indexOf('MessageReset');
  expect(entries[reset]?.event).toMatchObject({ reason: 'WORKER_REPLACED' });
  expect(typesIn(entries)[reset + 1]).toBe('ToolCallStarted');
  const finished = await fixture.finished(messageId);
  expect(finished.text).toBe(`rain-in-Bonn rain-in-Bonn ${textOf(2)}`);
  // The outcome of the first call is known; the second one is another call.
  expect(finished.toolCalls).toHaveLength(2);
  const keys = fixture.tool.calls.map(({ headers }) => headers['idempotency-key']);
  expect(keys).toEqual(finished.toolCalls?.map(({ id }) => `${messageId}:${id}`));
  expect(finished.parts?.map(({ inAnswer }) => inAnswer)).toEqual([false, true]);
});

test('a stop that the next worker finds ends a call that had started, and neither tool nor model is called', async () => {
  await using fixture = await openToolFixture(() => undefined);
  fixture.provider.queue({ calls: [bonn] });
  const arrived = fixture.tool.nextCall();
  const messageId = await handOver(
    fixture,
    () => fixture.sendWithTool(''),
    () => arrived,
  );
  await fixture.streamLog.requestStop(messageId);
  await fixture.startToolWorker();
  const entries = await fixture.entries(messageId);
  expect(callsIn(entries).map(({ type }) => type)).toEqual(['ToolCallStarted', 'ToolCallCompleted']);
  expect(await fixture.finished(messageId)).toMatchObject({ status: 'CANCELLED', toolCalls: [{ status: 'FAILED' }] });
  expect(fixture.tool.calls).toHaveLength(1);
  expect(fixture.provider.requests).toHaveLength(1);
});

test('calls of a reply that no model can continue are run and kept', async () => {
  const begun: string[] = [];
  await using fixture = await openToolFixture((response, call) => {
    begun.push(String(call.headers['idempotency-key']));
    if (begun.length > 1) respondWithWeather(response, call);
  });
  const arrived = fixture.tool.nextCall();
  fixture.provider.queue({ calls: [bonn] }, { status: 401 });
  const candidates = [knowsTools];
  const messageId = await handOver(
    fixture,
    () => fixture.sendWithTool('', { candidates }),
    () => arrived,
  );
  await fixture.startToolWorker();
  expect((await fixture.entries(messageId)).at(-1)?.event).toMatchObject({ type: 'MessageFailed' });
  expect(await fixture.finished(messageId)).toMatchObject({
    status: 'FAILED',
    text: '',
    toolCalls: [{ ...bonn, status: 'COMPLETED', result: 'rain-in-Bonn' }],
  });
});
