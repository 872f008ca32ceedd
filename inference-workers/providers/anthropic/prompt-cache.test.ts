/** What a conversation reads from the prompt cache of Anthropic, and what that is billed. */
import { expect, test } from 'vitest';
import type { Tool } from '#contracts/generation-job.ts';
import { toolAt } from '../../tool.fixture.ts';
import { candidateOf } from '../../worker.fixture.ts';
import { openAnthropicFixture, type ScriptedResponse, sentEvents } from './anthropic.fixture.ts';
import { converse, createPromptCache } from './prompt-cache.fixture.ts';

const instructions = 'You answer in short sentences. '.repeat(200);
const turnsOf = (count: number) =>
  Array.from({ length: count }, (_, turn) => ({
    question: `Question ${turn}: ${'what is next, and why? '.repeat(10)}`,
    reply: `Reply ${turn}: ${'because it is so. '.repeat(10)}`,
  }));
const tools: Tool[] = ['weather', 'news'].map((name) => ({ ...toolAt('https://tools.example/'), name }));
const candidates = [{ ...candidateOf('openai/scripted'), capabilities: ['TOOLS' as const] }];

test('each turn reads all that the turn before has written, and is billed so', async () => {
  const { usages, results } = await converse(instructions, turnsOf(5), {
    // The order of the tools is not that of the prompt.
    jobOf: (turn) => ({ candidates, tools: turn % 2 === 0 ? tools : tools.toReversed() }),
  });
  for (const [index, { read, written, plain }] of usages.entries()) {
    const before = usages[index - 1];
    expect(read).toBe(before ? before.read + before.written : 0);
    // The first question is not marked.
    expect(plain > 0).toBe(index === 0);
    expect(results[index]?.usage).toMatchObject({
      inputTokens: read + written + plain,
      cachedInputTokens: read,
      ...(written === 0 ? {} : { cacheWriteTokens: written }),
      source: 'PROVIDER',
    });
  }
});

test('a history that changes above is read up to the change', async () => {
  const { usages } = await converse(instructions, turnsOf(3), {
    changed: (history) =>
      history.length > 3 ? history.with(1, { role: 'USER', content: 'Another question.' }) : history,
  });
  const [first, second, third] = usages;
  expect(third?.read).toBe(first?.written);
  expect(second?.written).toBeGreaterThan(0);
});

test('a server that refuses marks gets none from then on', async () => {
  const refusal = { type: 'error', error: { message: 'cache_control: Extra inputs are not permitted' } };
  const refused: ScriptedResponse = { status: 400, type: 'application/json', body: JSON.stringify(refusal) };
  const { respond } = createPromptCache(() => 'Hello.');
  await using fixture = await openAnthropicFixture((asked) =>
    JSON.stringify(asked).includes('cache_control') ? refused : respond(asked),
  );
  for (const _ of [1, 2]) {
    const history = [
      { role: 'SYSTEM' as const, content: instructions },
      { role: 'USER' as const, content: 'Hello?' },
    ];
    expect(await fixture.finished(await fixture.send('', { history }))).toMatchObject({ status: 'COMPLETED' });
  }
  expect(fixture.asked).toHaveLength(3);
  expect(fixture.asked.at(-1)).toMatchObject({ system: instructions });
});

test('a report of more cached tokens than the prompt has is not believed', async () => {
  const usage = { input_tokens: -20, cache_read_input_tokens: 5, cache_creation_input_tokens: 25, output_tokens: 1 };
  const { respond } = createPromptCache(() => 'Hello.');
  await using fixture = await openAnthropicFixture((asked) => {
    const { body = '' } = respond(asked) ?? {};
    const start = { type: 'message_start', message: { id: 'm', role: 'assistant', content: [], usage } };
    return { body: sentEvents(start) + body.slice(body.indexOf('\n\n') + 2) };
  });
  expect(await fixture.finished(await fixture.send('Hello?'))).toMatchObject({ usage: { source: 'COUNTED' } });
});
