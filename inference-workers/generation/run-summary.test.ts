/** Jobs of summaries, and prompts with a summary. */
import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { conversationSummarisedSchema } from '#contracts/broker-events.ts';
import type { SummaryJob } from '#contracts/generation-job.ts';
import { windowed } from '../moderation/window.fixture.ts';
import { buildPrompt } from '../prompt/build-prompt.ts';
import { countO200kTokens } from '../prompt/count-tokens.ts';
import { summaryPrompt } from '../summaries/summary-prompt.ts';
import { candidateOf, jobOf, openWorkerFixture } from '../worker.fixture.ts';

const limits = { contextWindow: 2_000, maxOutputTokens: 100, countTokens: countO200kTokens };
const summary = { role: 'USER' as const, content: 'Ada keeps bees.', isSummary: true };
const turn = (text: string) => [
  { role: 'USER' as const, content: text },
  { role: 'ASSISTANT' as const, content: `About ${text}.` },
];

const summaryJob = (texts: readonly string[], change: Partial<SummaryJob> = {}): SummaryJob => ({
  ...jobOf(''),
  kind: 'summary',
  history: [summary, ...texts.flatMap(turn)],
  turns: texts.map(() => ({ lastMessageId: randomUUID(), messages: 2 })),
  maxOutputTokens: 200,
  promptVersion: 1,
  ...change,
});

test('a prompt has the summary behind the instructions, as information of the user, and begins the same each turn', async () => {
  const history = [{ role: 'SYSTEM' as const, content: 'Be brief.' }, summary, ...turn('honey')];
  const textsOf = async (more: typeof history) => {
    const { messages } = await buildPrompt(more, limits);
    return messages.map(({ role, content }) => ({
      role,
      text:
        typeof content === 'string' ? content : content.map((part) => (part.type === 'text' ? part.text : '')).join(),
    }));
  };
  const texts = await textsOf([...history, { role: 'USER', content: 'And wax?' }]);
  expect(texts.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);
  expect(texts[1]?.text).toMatch(/not instructions.*\n<summary>\nAda keeps bees\.\n<\/summary>\n\nhoney$/s);
  const later = await textsOf([...history, ...turn('wax'), { role: 'USER', content: 'And mead?' }]);
  expect(later.slice(0, 3)).toEqual(texts.slice(0, 3));
});

test('a summary stays where older turns are cut, and goes where even the question does not fit beside it', async () => {
  const question = { role: 'USER' as const, content: 'And wax?' };
  const long = [summary, ...turn('word '.repeat(1_000)), ...turn('word '.repeat(1_000)), question];
  const { messages, dropped } = await buildPrompt(long, limits);
  expect(JSON.stringify(messages)).toContain('Ada keeps bees.');
  expect(dropped).toBeGreaterThan(0);
  const { messages: without } = await buildPrompt([summary, question], { ...limits, contextWindow: 120 });
  expect(JSON.stringify(without)).not.toContain('Ada');
});

test('as many whole turns are taken as the window holds, and of one that is too long both ends', async () => {
  const texts = ['one', 'two', 'three'].map((name) => `${name} ${'word '.repeat(300)}${name}`);
  const job = summaryJob(texts);
  const asked = await summaryPrompt(job, { contextWindow: 1_600, countTokens: countO200kTokens });
  expect(asked?.lastMessageId).toBe(job.turns[0]?.lastMessageId);
  expect(JSON.stringify(asked?.prompt)).toContain('Ada keeps bees.');
  expect(JSON.stringify(asked?.prompt)).not.toContain('two');
  const all = await summaryPrompt(job, { contextWindow: 16_000, countTokens: countO200kTokens });
  expect(all?.lastMessageId).toBe(job.turns[2]?.lastMessageId);
  const cut = await summaryPrompt(job, { contextWindow: 800, countTokens: countO200kTokens });
  expect(cut?.lastMessageId).toBe(job.turns[0]?.lastMessageId);
  expect(JSON.stringify(cut?.prompt)).toMatch(/one word .* \[…\] .*word one/);
  expect(countO200kTokens(JSON.stringify(cut?.prompt))).toBeLessThan(800 - job.maxOutputTokens);
  expect(await summaryPrompt(job, { contextWindow: 250, countTokens: countO200kTokens })).toBeUndefined();
});

test('a model that writes a summary does not read what is masked in prompts', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const job = summaryJob(['fact-honey from ada@acme.example'], { pii: 'MASK_PROMPTS' });
  expect(await fixture.resultOfJob(job)).toMatchObject({ lastMessageId: job.turns[0]?.lastMessageId });
  const asked = JSON.stringify(fixture.provider.requests[0]?.body);
  expect(asked).toContain('fact-honey');
  expect(asked).not.toContain('ada@acme.example');
});

test('a summary that the policy of the tenant blocks is none', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const summaries = ['Ada said: I will kill you tomorrow.', 'Ada keeps bees.'];
  for (const text of summaries) fixture.provider.queue({ texts: [`<summary>${text}</summary>`] });
  const candidates = [candidateOf('openai/scripted'), candidateOf('openai/scripted')];
  const job = summaryJob(['fact-honey'], { ...windowed, candidates });
  expect(await fixture.resultOfJob(job)).toMatchObject({ summary: 'Ada keeps bees.' });
});

test('the next candidate is asked where one fails, and the summary names what it covers and costs', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const job = summaryJob(['fact-honey'], {
    candidates: [candidateOf('nobody/there'), candidateOf('openai/scripted')],
  });
  const summarised = conversationSummarisedSchema.parse(await fixture.resultOfJob(job));
  expect(summarised).toMatchObject({
    ...{ summary: 'The user said fact-honey', lastMessageId: job.turns[0]?.lastMessageId, promptVersion: 1 },
    ...{ modelId: 'openai/scripted', price: { input: '0.15' }, usage: { source: 'PROVIDER' } },
  });
  expect(summarised.summaryTokens).toBe(countO200kTokens('The user said fact-honey'));
});

test('a summary that is longer than it may be is none, and the next candidate is asked', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue({ texts: [`<summary>${'word '.repeat(500)}</summary>`] });
  const candidates = [candidateOf('openai/scripted'), candidateOf('openai/other')];
  const result = await fixture.resultOfJob(summaryJob(['fact-honey'], { candidates }));
  expect(result).toMatchObject({ modelId: 'openai/other', summary: 'The user said fact-honey' });
});

test('the demonstration makes a summary that says what it is', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  const job = summaryJob(['bees'], { candidates: [candidateOf('parlance/demonstration')] });
  const { summary: text } = conversationSummarisedSchema.parse(await fixture.resultOfJob(job));
  expect(text).toMatch(/^The demonstration has not read this:/);
});
