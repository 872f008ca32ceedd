/** Where a conversation that has outgrown its window begins, turn after turn. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PromptMessage } from '#contracts/generation-job.ts';
import { buildPrompt } from './build-prompt.ts';
import { countO200kTokens } from './count-tokens.ts';
import { stableStart } from './stable-start.ts';

/** The beginnings of the prompts of so many turns, in this text. */
const beginningsOf = async (turns: number, text: string) => {
  const limits = { contextWindow: 4_000, maxOutputTokens: 1_000, countTokens: countO200kTokens };
  const history: PromptMessage[] = [{ role: 'SYSTEM', content: 'Be brief.' }];
  const beginnings: string[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < turns; turn += 1) {
    history.push({ role: 'USER', content: `Question ${turn}. ${text.repeat(2)}` });
    const { messages, dropped, countInputTokens } = await buildPrompt(history, limits);
    beginnings.push(JSON.stringify(messages[1]));
    if (dropped > 0) least = Math.min(least, await countInputTokens());
    history.push({ role: 'ASSISTANT', content: `Reply ${turn}. ${text.repeat(6)}` });
  }
  return { beginnings, least };
};

test.each([
  ['English', 'Some words of a plain text that goes on for a while. '],
  ['Chinese', '这是一段普通的文字，它会持续一段时间，没有什么特别之处。'],
  ['code', 'if (a[i] !== b[j]) { i += 1; j -= 1; }\n'],
])('a long conversation in %s keeps its beginning for several turns, and most of the window', async (_, text) => {
  const { beginnings, least } = await beginningsOf(60, text);
  const moves = beginnings.filter((one, turn) => turn > 0 && one !== beginnings[turn - 1]).length;
  expect(moves).toBeGreaterThan(1);
  expect(moves).toBeLessThan(20);
  expect(least).toBeGreaterThan(1_500);
});

test('what is kept fits, ends with the last message, and begins no earlier than it must', () => {
  const size = fc.integer({ min: 1, max: 5_000 });
  fc.assert(
    fc.property(fc.array(size, { minLength: 1, maxLength: 60 }), fc.nat(), size, (bytes, at, space) => {
      const first = at % bytes.length;
      const start = stableStart({ bytes, first, bytesPerToken: 1 + (at % 5), available: 1_024 + space });
      expect(start).toBeGreaterThanOrEqual(first);
      expect(start).toBeLessThan(bytes.length);
    }),
  );
});

test('the steps of a reply with tools begin where its first request began', async () => {
  const limits = { contextWindow: 4_000, maxOutputTokens: 1_000, countTokens: countO200kTokens };
  const text = 'Some words of a plain text that goes on for a while. '.repeat(4);
  const history: PromptMessage[] = Array.from({ length: 121 }, (_, index) => ({
    role: index % 2 === 0 ? ('USER' as const) : ('ASSISTANT' as const),
    content: `${index}. ${text}`,
  }));
  const call = { id: 'a', name: 'look_up', arguments: '{}', status: 'COMPLETED' as const, result: text.repeat(2) };
  const beginnings = [];
  for (const steps of [0, 1, 2, 3]) {
    const soFar = Array.from({ length: steps }, () => ({ text: '', reasoning: '', calls: [call] }));
    const { messages } = await buildPrompt(history, limits, { steps: soFar, tools: [] });
    beginnings.push(JSON.stringify(messages[0]));
  }
  expect(new Set(beginnings).size).toBeLessThanOrEqual(2);
});
