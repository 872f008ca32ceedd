/** What is reserved for a reply, compared with what a tokenizer counts in its prompt. */
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { expect, test } from 'vitest';
import { searchDocumentsTool } from '#contracts/search-documents-tool.ts';
import { candidate, tool } from '../conversations.fixture.ts';
import { sizeOfPrompt, sizeOfTools } from './prompt-size.ts';
import { replyNeeds } from './reply-needs.ts';

const question = (content: string) => ({ role: 'USER', content, status: 'COMPLETED' }) as const;
const limits = { maxOutputTokens: undefined, mayTitle: false, mayWait: false };
const route = { candidates: [candidate], tools: [] };

test.each([
  ['English', 'The quick brown fox jumps over the lazy dog, and nobody minds. '.repeat(20)],
  ['Chinese', '人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心。'.repeat(20)],
  ['Russian', 'Все люди рождаются свободными и равными в своем достоинстве и правах. '.repeat(20)],
  ['Arabic', 'يولد جميع الناس أحراراً متساوين في الكرامة والحقوق. '.repeat(20)],
  ['emoji', '🙂🚀🧑‍🚀👍🏽'.repeat(20)],
  ['code', 'for (let i = 0; i < n; i += 1) { total += prices[i] * amounts[i]; }\n'.repeat(20)],
  ['digits', '31415926535897932384626433832795'.repeat(20)],
  ['markers', '<s>[INST]<|im_start|>'.repeat(20)],
])('for %s the likely size is near what a tokenizer counts, and the most is never below it', (_, text) => {
  const { likely, most } = sizeOfPrompt(undefined, [question(text)]);
  const counted = countTokens(text, { disallowedSpecial: new Set<string>() });
  expect(likely).toBeGreaterThan(counted * 0.6);
  expect(likely).toBeLessThan(counted * 3);
  expect(most).toBeGreaterThan(counted);
});

test('the size excludes messages that prompts leave out, and counts replies that are being written separately', () => {
  const shown = [question('one'), question('two')];
  const hidden = { role: 'ASSISTANT', content: 'x'.repeat(1_000), status: 'BLOCKED' } as const;
  const open = { role: 'ASSISTANT', content: '', status: 'STREAMING' } as const;
  const size = sizeOfPrompt('Be brief.', shown);
  expect(sizeOfPrompt('Be brief.', [hidden, ...shown])).toEqual(size);
  expect(sizeOfPrompt('Be brief.', [...shown, open])).toEqual({ ...size, openReplies: 1 });
  expect(size.likely).toBeGreaterThan(sizeOfPrompt(undefined, shown).likely);
});

test('a reply needs its prompt and the longest output of the model, at the highest prices of the route', () => {
  const prompt = sizeOfPrompt(undefined, [question('x'.repeat(400))]);
  const needs = replyNeeds(route, prompt, limits);
  expect(needs).toMatchObject({ inputTokens: prompt.likely, maxOutputTokens: 1_000, maxTitleCostUsd: '0' });
  expect(Number(needs.maxCostUsd)).toBeCloseTo((prompt.most * 1 + 1_001 * 2) / 1e6, 12);
  const dear = { ...candidate, maxOutputTokens: 500, price: { input: '3', cachedInput: '4', output: '1.5' } };
  const both = replyNeeds({ candidates: [candidate, dear], tools: [] }, prompt, { ...limits, mayTitle: true });
  expect(Number(both.maxCostUsd)).toBeCloseTo((prompt.most * 4 + 1_001 * 2) / 1e6, 12);
  const written = { ...candidate, price: { ...candidate.price, cacheWrite: '5' } };
  const dearest = replyNeeds({ candidates: [dear, written], tools: [] }, prompt, limits);
  expect(Number(dearest.maxCostUsd)).toBeCloseTo((prompt.most * 5 + 1_001 * 2) / 1e6, 12);
  expect(Number(both.maxTitleCostUsd)).toBeGreaterThan(0);
  expect(replyNeeds(route, prompt, { ...limits, maxOutputTokens: 10 }).maxOutputTokens).toBe(10);
  expect(replyNeeds(route, prompt, { ...limits, maxOutputTokens: 2 ** 31 - 1 }).maxOutputTokens).toBe(1_000);
});

test('thoughts have a budget of their own on top of the reply, within what the model can write', () => {
  const prompt = sizeOfPrompt(undefined, [question('hello')]);
  const long = { candidates: [{ ...candidate, contextWindow: 100_000, maxOutputTokens: 16_000 }], tools: [] };
  const tokensOf = (reasoningEffort: 'NONE' | 'LOW' | 'MEDIUM' | 'HIGH' | undefined) =>
    replyNeeds(long, prompt, { ...limits, maxOutputTokens: 500, reasoningEffort }).maxOutputTokens;
  expect([undefined, 'NONE' as const, 'LOW' as const, 'MEDIUM' as const, 'HIGH' as const].map(tokensOf)).toEqual([
    ...[500, 500, 2_548, 8_692, 16_000],
  ]);
  const dearer = replyNeeds(long, prompt, { ...limits, maxOutputTokens: 500, reasoningEffort: 'LOW' });
  expect(Number(dearer.maxCostUsd)).toBeCloseTo((prompt.most * 1 + 2_549 * 2) / 1e6, 12);
});

test('tools count in every request where a model can call them', () => {
  const prompt = sizeOfPrompt(undefined, [question('hello')]);
  const caller = { ...candidate, capabilities: ['TOOLS' as const] };
  const without = replyNeeds({ candidates: [candidate], tools: [tool] }, prompt, limits);
  expect(without).toEqual(replyNeeds(route, prompt, limits));
  const offered = replyNeeds({ candidates: [caller], tools: [tool] }, prompt, limits);
  expect(offered.inputTokens).toBe(prompt.likely + sizeOfTools([tool]).likely);
  // Eight more requests, each as long as the context window allows.
  expect(Number(offered.maxCostUsd)).toBeGreaterThan((8 * 7_000) / 1e6);
});

test('a search in documents counts as a tool', () => {
  const prompt = sizeOfPrompt(undefined, [question('hello')]);
  const caller = { ...candidate, capabilities: ['TOOLS' as const] };
  const searching = { ...limits, searchesDocuments: true };
  expect(replyNeeds(route, prompt, searching)).toEqual(replyNeeds(route, prompt, limits));
  const offered = replyNeeds({ candidates: [caller], tools: [] }, prompt, searching);
  expect(offered.inputTokens).toBe(prompt.likely + sizeOfTools([searchDocumentsTool]).likely);
  expect(Number(offered.maxCostUsd)).toBeGreaterThan((8 * 7_000) / 1e6);
});

test('no prompt needs more than the context window holds, and one that may grow reserves all of it', () => {
  const available = candidate.contextWindow - candidate.maxOutputTokens;
  const long = sizeOfPrompt(undefined, [question('x'.repeat(1_000_000))]);
  const whole = ((available * 1 + 1_001 * 2) / 1e6).toString();
  expect(replyNeeds(route, long, limits)).toMatchObject({ inputTokens: available, maxCostUsd: whole });
  const short = sizeOfPrompt(undefined, [question('hello')]);
  expect(replyNeeds(route, short, { ...limits, mayWait: true }).maxCostUsd).toBe(whole);
  expect(replyNeeds(route, { ...short, openReplies: 1 }, limits)).toMatchObject({
    inputTokens: short.likely + 1_000,
    maxCostUsd: whole,
  });
});

test('a reply with a format may be asked for twice', () => {
  const prompt = sizeOfPrompt(undefined, [question('hello')]);
  const route = { candidates: [candidate], tools: [] };
  const once = replyNeeds(route, prompt, { ...limits, maxOutputTokens: 100 });
  const twice = replyNeeds(route, prompt, { ...limits, maxOutputTokens: 100, isStructured: true });
  expect(twice.maxOutputTokens).toBe(100);
  const { input, output } = candidate.price;
  const again = (candidate.contextWindow - 100) * Number(input) + 101 * Number(output);
  expect(Number(twice.maxCostUsd) - Number(once.maxCostUsd)).toBeCloseTo(again / 1e6, 12);
});
