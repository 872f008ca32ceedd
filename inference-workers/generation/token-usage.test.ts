/** What a request is billed: the usage that the provider reports, where that is possible. */
import { expect, test } from 'vitest';
import { messageFinishedSchema } from '#contracts/broker-events.ts';
import { countO200kTokens } from '../prompt/count-tokens.ts';
import { candidateOf, openWorkerFixture } from '../worker.fixture.ts';
import { addUsage } from './token-usage.ts';

const reportOf = (usage: object): string => JSON.stringify({ prompt_tokens: 9, completion_tokens: 3, ...usage });

test.each<[string, string]>([
  ['an absurd number of tokens', reportOf({ prompt_tokens: 1e20 })],
  ['more tokens than an Int holds', reportOf({ completion_tokens: 3e9 })],
  ['more tokens than the prompt can have', reportOf({ prompt_tokens: 100_000 })],
  ['more tokens than the reply can have', reportOf({ completion_tokens: 100_000 })],
  [
    'more reasoning tokens than reply tokens',
    reportOf({ completion_tokens_details: { reasoning_tokens: 4 }, total_tokens: 12 }),
  ],
  ['more cached tokens than prompt tokens', reportOf({ prompt_tokens_details: { cached_tokens: 10 } })],
  ['a negative count', reportOf({ completion_tokens: -3 })],
  ['a negative count beside cached tokens', reportOf({ cached_tokens: 1, prompt_tokens: -1 })],
  ['half a token', reportOf({ prompt_tokens: 9.5 })],
  ['text instead of a number', reportOf({ prompt_tokens: 'nine' })],
  ['infinity', '{"prompt_tokens":1e999,"completion_tokens":3}'],
  ['no usage object', '"none"'],
])(
  'a provider that reports %s is not believed: the worker’s count is billed, and the reply is complete',
  async (_, usageText) => {
    await using fixture = await openWorkerFixture();
    await fixture.startWorker();
    fixture.provider.queue({ tokens: 3, says: usageText });
    const finished = await fixture.finished(await fixture.send('hello'));
    const usage = {
      inputTokens: countO200kTokens('hello') + 7,
      cachedInputTokens: 0,
      outputTokens: countO200kTokens('w0 w1 w2 '),
      reasoningTokens: 0,
      source: 'COUNTED',
    };
    expect(finished).toMatchObject({ status: 'COMPLETED', usage });
    expect(finished.parts).toMatchObject([{ usage }]);
  },
);

test.each([
  ['DeepSeek writes cached tokens', reportOf({ prompt_cache_hit_tokens: 8, prompt_cache_miss_tokens: 1 })],
  ['Moonshot writes them', reportOf({ cached_tokens: 8 })],
  ['OpenAI writes them', reportOf({ prompt_tokens_details: { cached_tokens: 8 } })],
])('cached tokens are billed as such, as %s', async (_, usageText) => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue({ tokens: 3, says: usageText });
  expect((await fixture.finished(await fixture.send('hello'))).usage).toMatchObject({
    inputTokens: 9,
    cachedInputTokens: 8,
    outputTokens: 3,
    source: 'PROVIDER',
  });
});

test.each([
  ['xAI, on top of the completion', { total_tokens: 9 + 3 + 200 }, 200, 203],
  ['a provider without a total, on top where they are more', {}, 200, 203],
  ['OpenAI, as a part of it', { completion_tokens: 203, total_tokens: 9 + 203 }, 200, 203],
  ['a provider without a total, as a part where that is possible', { completion_tokens: 203 }, 200, 203],
])('reasoning is billed once, as it is counted by %s', async (_, differences, reasoning, outputTokens) => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const usageText = reportOf({ completion_tokens_details: { reasoning_tokens: reasoning }, ...differences });
  fixture.provider.queue({ tokens: 3, says: usageText });
  expect((await fixture.finished(await fixture.send('hello'))).usage).toEqual({
    inputTokens: 9,
    cachedInputTokens: 0,
    outputTokens,
    reasoningTokens: reasoning,
    source: 'PROVIDER',
  });
});

test('a title with an impossible usage is billed by the worker’s count', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queueForTitle({ tokens: 3, says: reportOf({ prompt_tokens: 1e20 }) });
  const titled = await fixture.titled(await fixture.sendTitle('why?'));
  expect(titled).toMatchObject({ title: 'w0 w1 w2', usage: { source: 'COUNTED' } });
});

test('the sum of many requests stays what an Int holds', () => {
  const most = {
    inputTokens: 2e9,
    cachedInputTokens: 0,
    outputTokens: 2e9,
    reasoningTokens: 0,
    source: 'PROVIDER',
  } as const;
  expect(addUsage(most, most)).toMatchObject({ inputTokens: 2_147_483_647, outputTokens: 2_147_483_647 });
});

test('a result with counts that cannot be stored is read with the nearest counts that can', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const candidates = [candidateOf('parlance/demonstration')];
  const finished = await fixture.finished(await fixture.send('hello', { candidates }));
  const usage = { ...finished.usage, inputTokens: 1e20, outputTokens: -1, reasoningTokens: 1.5 };
  const read = messageFinishedSchema.parse({ ...finished, usage, firstTokenMs: -5, durationMs: 1e300 });
  expect(read).toMatchObject({
    usage: { inputTokens: 2_147_483_647, outputTokens: 0, reasoningTokens: 2 },
    firstTokenMs: 0,
    durationMs: 2_147_483_647,
  });
});
