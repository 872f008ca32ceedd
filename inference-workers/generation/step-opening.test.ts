/** What a reader sees between the texts of two steps of a reply, in the stream and in the stored message. */
import { expect, test } from 'vitest';
import { applyToText } from '#contracts/stream-event.ts';
import type { ScriptInput } from '#tests/scripted-provider/script.ts';
import { bonn, openToolFixture } from '../tool.fixture.ts';
import { candidateOf } from '../worker.fixture.ts';
import { createStepOpening } from './step-opening.ts';

/** A reply in two steps with these texts, as the stream and the result have it, and the requests that led to it. */
const replyOf = async (first: readonly string[], second: readonly string[], ...rest: readonly ScriptInput[]) => {
  await using fixture = await openToolFixture();
  await fixture.startToolWorker({ settings: { retries: 0 } });
  const texts = [...second];
  const cut = rest.length > 0 ? { cut: 0 } : {};
  fixture.provider.queue({ texts: [...first], calls: [bonn] }, { texts, ...cut }, ...rest);
  const capabilities = ['TOOLS' as const, 'PREFILL' as const];
  const candidates = ['openai/scripted', 'openai/other'].map((id) => candidateOf(id, { capabilities }));
  const messageId = await fixture.sendWithTool('weather?', { candidates });
  const entries = await fixture.entries(messageId);
  const { text, parts } = await fixture.finished(messageId);
  expect(entries.reduce((all, { event }) => applyToText(all, event), '')).toBe(text);
  return { text, parts, requests: fixture.provider.requests };
};

test.each([
  ['without white space', ['Hello'], ['done'], 'Hello\n\ndone'],
  ['with a line feed at the end', ['Hello.\n'], ['Done'], 'Hello.\n\nDone'],
  ['with white space of its own', ['Hello'], ['\n', ' \n\n', 'done'], 'Hello\n\ndone'],
  ['with a break at the end', ['Hello\n\n'], ['\n\ndone'], 'Hello\n\ndone'],
  ['that begins with code', ['Hello'], ['\n', '    go()\n'], 'Hello\n\n    go()\n'],
  ['after a step without text', [], ['Done'], 'Done'],
  ['after a blank step', ['\n'], ['Done'], '\nDone'],
])('a text %s is a paragraph of its own', async (_, first, second, text) => {
  expect((await replyOf(first, second)).text).toBe(text);
});

test('a model that continues the second step gets its text without the break, and adds none', async () => {
  const { text, parts, requests } = await replyOf(['Hello'], ['do'], { texts: ['ne'] });
  expect(text).toBe('Hello\n\ndone');
  expect(requests.at(2)?.body.messages.at(-1)).toEqual({ role: 'assistant', content: 'do' });
  expect(parts).toMatchObject([{ modelId: 'openai/scripted' }, { modelId: 'openai/other' }]);
});

test('endless indentation is not kept', () => {
  const open = createStepOpening('\n\n');
  for (let pieces = 0; pieces < 1_000; pieces += 1) expect(open(' '.repeat(100))).toBe('');
  expect(open('x')).toBe(`\n\n${' '.repeat(80)}x`);
});
