import { expect, test } from 'vitest';
import { createDemonstrationModel } from './demonstration-model.ts';

const ask = (text: string) => [{ role: 'user' as const, content: [{ type: 'text' as const, text }] }];
const textOf = async (
  tokensPerSecond: number,
  options: Parameters<ReturnType<typeof createDemonstrationModel>['doGenerate']>[0],
) => {
  const { content, finishReason } = await createDemonstrationModel(tokensPerSecond).doGenerate(options);
  const [part] = content;
  return { text: part?.type === 'text' ? part.text : '', finish: finishReason.unified };
};

test('the same question gives the same reply, in several paragraphs, at any pace', async () => {
  const slow = await textOf(5_000, { prompt: ask('why is the sky blue?') });
  const fast = await textOf(0, { prompt: ask('why is the sky blue?') });
  expect(fast).toEqual(slow);
  expect(fast.text).toContain('Why is the sky blue');
  expect(fast.text.split('\n\n').length).toBeGreaterThan(2);
});

test('it continues a prefix word for word', async () => {
  const { text } = await textOf(0, { prompt: ask('hello') });
  for (const cut of [1, 40, 41, text.length - 3]) {
    const prefix = text.slice(0, cut);
    const prompt = [
      ...ask('hello'),
      { role: 'assistant' as const, content: [{ type: 'text' as const, text: prefix }] },
    ];
    const rest = await textOf(0, { prompt });
    expect(prefix + rest.text).toBe(text);
  }
});

test('it keeps the output limit and stops on abort', async () => {
  expect(await textOf(0, { prompt: ask('hello'), maxOutputTokens: 3 })).toEqual({
    text: 'This is the',
    finish: 'length',
  });
  const stop = new AbortController();
  const { stream } = await createDemonstrationModel(0.001).doStream({ prompt: ask('hello'), abortSignal: stop.signal });
  const reading = (async () => {
    for await (const part of stream) if (part.type === 'text-delta') stop.abort(new Error('stopped'));
  })();
  await expect(reading).rejects.toThrow();
});
