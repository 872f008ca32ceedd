/** What a request is billed for: what the provider says it was, where that can be. */
import { expect, test } from 'vitest';
import { messageFinishedSchema } from '#kernel/messages/events.ts';
import { countO200kTokens } from '../prompt/count-tokens.ts';
import { candidateOf, openWorkerFixture } from '../worker.fixture.ts';
import { addUsage } from './token-usage.ts';

const said = (usage: object): string => JSON.stringify({ prompt_tokens: 9, completion_tokens: 3, ...usage });

test.each<[string, string]>([
  ['more than any number of tokens', said({ prompt_tokens: 1e20 })],
  ['more than an Int holds', said({ completion_tokens: 3e9 })],
  ['more than the prompt can be', said({ prompt_tokens: 100_000 })],
  ['more than the reply can be', said({ completion_tokens: 100_000 })],
  ['more reasoning than the reply', said({ completion_tokens_details: { reasoning_tokens: 4 }, total_tokens: 12 })],
  ['more from a cache than was read', said({ prompt_tokens_details: { cached_tokens: 10 } })],
  ['less than nothing', said({ completion_tokens: -3 })],
  ['less than nothing from a cache', said({ cached_tokens: 1, prompt_tokens: -1 })],
  ['half a token', said({ prompt_tokens: 9.5 })],
  ['what is no number', said({ prompt_tokens: 'nine' })],
  ['what has no end', '{"prompt_tokens":1e999,"completion_tokens":3}'],
  ['what is no usage', '"none"'],
])('a provider that says %s is not believed: our own count is billed, and the reply is whole', async (_, says) => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue({ tokens: 3, says });
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
});

test.each([
  ['DeepSeek writes cached tokens', said({ prompt_cache_hit_tokens: 8, prompt_cache_miss_tokens: 1 })],
  ['Moonshot writes them', said({ cached_tokens: 8 })],
  ['OpenAI writes them', said({ prompt_tokens_details: { cached_tokens: 8 } })],
])('what came from a cache is billed as such, as %s', async (_, says) => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue({ tokens: 3, says });
  expect((await fixture.finished(await fixture.send('hello'))).usage).toMatchObject({
    inputTokens: 9,
    cachedInputTokens: 8,
    outputTokens: 3,
    source: 'PROVIDER',
  });
});

test.each([
  ['xAI, on top of the completion', { total_tokens: 9 + 3 + 200 }, 200, 203],
  ['who says no total, on top where they are more', {}, 200, 203],
  ['OpenAI, as a part of it', { completion_tokens: 203, total_tokens: 9 + 203 }, 200, 203],
  ['who says no total, as a part where they can be', { completion_tokens: 203 }, 200, 203],
])('reasoning is billed once, as it is counted by %s', async (_, differences, reasoning, outputTokens) => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const says = said({ completion_tokens_details: { reasoning_tokens: reasoning }, ...differences });
  fixture.provider.queue({ tokens: 3, says });
  expect((await fixture.finished(await fixture.send('hello'))).usage).toEqual({
    inputTokens: 9,
    cachedInputTokens: 0,
    outputTokens,
    reasoningTokens: reasoning,
    source: 'PROVIDER',
  });
});

test('a title that a provider bills with what cannot be is billed by our own count', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue({ tokens: 3, says: said({ prompt_tokens: 1e20 }) });
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

test('a result with figures that nobody can keep still ends its conversation, with the nearest that can be kept', async () => {
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
