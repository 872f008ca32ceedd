/** What a provider reads of a masked prompt, and what comes out of what it writes. */
import type { LanguageModelV4, LanguageModelV4Prompt, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { expect, test } from 'vitest';
import { createMaskingModel } from './masking-model.ts';

const usage = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};
const finish: LanguageModelV4StreamPart = { type: 'finish', finishReason: { unified: 'stop', raw: 'stop' }, usage };
const user = (text: string): LanguageModelV4Prompt[number] => ({ role: 'user', content: [{ type: 'text', text }] });
const assistant = (text: string): LanguageModelV4Prompt[number] => ({
  role: 'assistant',
  content: [{ type: 'text', text }],
});

/** A model that sends these parts, behind the mask. */
const maskedModel = (parts: readonly LanguageModelV4StreamPart[]) => {
  const prompts: LanguageModelV4Prompt[] = [];
  const inner: LanguageModelV4 = {
    specificationVersion: 'v4',
    provider: 'inner',
    modelId: 'inner',
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error('It only streams.')),
    async doStream({ prompt }) {
      prompts.push(prompt);
      const stream = new ReadableStream<LanguageModelV4StreamPart>({
        start(controller) {
          for (const part of parts) controller.enqueue(part);
          controller.close();
        },
      });
      return { stream };
    },
  };
  const model = createMaskingModel(inner);
  const run = async (prompt: LanguageModelV4Prompt): Promise<LanguageModelV4StreamPart[]> => {
    const reader = (await model.doStream({ prompt })).stream.getReader();
    const read: LanguageModelV4StreamPart[] = [];
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return read;
      read.push(value);
    }
  };
  return { run, prompts, sent: () => JSON.stringify(prompts) };
};
const deltas = (pieces: readonly string[]): LanguageModelV4StreamPart[] => [
  { type: 'text-start', id: '0' },
  ...pieces.map((delta) => ({ type: 'text-delta' as const, id: '0', delta })),
  { type: 'text-end', id: '0' },
  finish,
];
const textIn = (parts: readonly LanguageModelV4StreamPart[]): string =>
  parts.map((part) => (part.type === 'text-delta' ? part.delta : '')).join('');
const textsOf = (prompt: LanguageModelV4Prompt | undefined): string[] =>
  (prompt ?? [])
    .slice(1)
    .flatMap(({ content }) =>
      typeof content === 'string' ? [content] : content.flatMap((part) => (part.type === 'text' ? [part.text] : [])),
    );

test('the provider reads placeholders, numbered by kind as they appear, and one for each value', async () => {
  const { run, prompts, sent } = maskedModel(deltas(['ok']));
  const first = [user('I am ada@acme.example, and he is bob@acme.example.'), assistant('Hello ada@acme.example!')];
  await run([...first, user('Call +49 30 1234567 or write to ada@acme.example')]);
  expect(textsOf(prompts[0])).toEqual([
    'I am [EMAIL_1], and he is [EMAIL_2].',
    'Hello [EMAIL_1]!',
    'Call [PHONE_1] or write to [EMAIL_1]',
  ]);
  expect(sent()).not.toMatch(/acme|1234567/);
  // A longer history begins with the same bytes.
  await run([...first, user('My card is 4111111111111111')]);
  expect(prompts[1]?.slice(0, 3)).toEqual(prompts[0]?.slice(0, 3));
});

const reply = 'Mail [EMAIL_1], [PHONE_1]; not [EMAIL_9], [x], [EMAIL_ or [EMAIL_1';
const restored = 'Mail ada@acme.example, +49 30 1234567; not [EMAIL_9], [x], [EMAIL_ or [EMAIL_1';
const question = user('ada@acme.example, +49 30 1234567');

test('values are put back wherever a delta ends', async () => {
  for (let one = 0; one <= reply.length; one += 1) {
    for (let other = one; other <= reply.length; other += 1) {
      const pieces = [reply.slice(0, one), reply.slice(one, other), reply.slice(other)];
      expect(textIn(await maskedModel(deltas(pieces)).run([question]))).toBe(restored);
    }
  }
  expect(textIn(await maskedModel(deltas([...reply])).run([question]))).toBe(restored);
});

test('only the beginning of a placeholder waits for the next delta', async () => {
  const parts = await maskedModel(deltas(['see [1] and [EMA', 'IL_1] [EMAX', ' [PHONE_12345678', ' end'])).run([
    question,
  ]);
  expect(parts.flatMap((part) => (part.type === 'text-delta' ? [part.delta] : []))).toEqual([
    ...['see [1] and ', 'ada@acme.example [EMAX', ' [PHONE_12345678', ' end'],
  ]);
});

test('where a prompt holds nothing about people, nothing waits', async () => {
  const parts = deltas(['[EMA', 'IL_1]']);
  expect(await maskedModel(parts).run([user('hello')])).toEqual(parts);
});

test('a placeholder that a person wrote stands for nothing but itself', async () => {
  const { run, prompts } = maskedModel(deltas(['[EMAIL_1] [TEXT_1]']));
  const parts = await run([user('What is [EMAIL_1]?'), user('I am ada@acme.example')]);
  expect(textsOf(prompts[0])).toEqual(['What is [TEXT_1]?', 'I am [EMAIL_1]']);
  expect(textIn(parts)).toBe('ada@acme.example [EMAIL_1]');
});

test('a secret is masked where it stands without the word that announced it', async () => {
  const { run, sent } = maskedModel(deltas(['ok']));
  await run([user('My password is hunter2x.'), assistant('I keep "hunter2x" for you: hunter2x.'), user('thanks')]);
  expect(sent()).not.toContain('hunter2x');
});

test('reasoning and the arguments of calls get their values, arguments and results of calls lose them', async () => {
  const call = { type: 'tool-call', toolCallId: 'c', toolName: 'mail' } as const;
  const { run, sent } = maskedModel([
    { type: 'reasoning-start', id: 'r' },
    { type: 'reasoning-delta', id: 'r', delta: 'so [EMA' },
    { type: 'reasoning-delta', id: 'r', delta: 'IL_1]' },
    { type: 'reasoning-delta', id: 'r', delta: '', providerMetadata: { inner: { signature: 's' } } },
    { type: 'reasoning-end', id: 'r' },
    { ...call, input: '{"to":"[EMAIL_1]"}' },
    finish,
  ]);
  const parts = await run([
    user('Write to ada@acme.example'),
    { role: 'assistant', content: [{ ...call, input: { to: 'ada@acme.example', card: 4_111_111_111_111_111 } }] },
    {
      role: 'tool',
      content: [
        {
          type: 'tool-result',
          toolCallId: 'c',
          toolName: 'mail',
          output: { type: 'text', value: 'from bob@acme.example' },
        },
      ],
    },
  ]);
  expect(sent()).not.toMatch(/acme|4111/);
  expect(parts).toContainEqual({ ...call, input: '{"to":"ada@acme.example"}' });
  const thoughts = parts.filter((part) => part.type === 'reasoning-delta');
  expect(thoughts.map(({ delta }) => delta).join('')).toBe('so ada@acme.example');
  expect(thoughts.at(-1)?.providerMetadata).toEqual({ inner: { signature: 's' } });
});

test('a thought goes back to its model as the model wrote it, for it may be signed', async () => {
  const written = 'so [EMAIL_1], unlike eve@mail.example';
  const { run, prompts } = maskedModel([
    { type: 'reasoning-start', id: 'r' },
    { type: 'reasoning-delta', id: 'r', delta: written },
    { type: 'reasoning-end', id: 'r' },
    finish,
  ]);
  await run([question]);
  const text = 'so ada@acme.example, unlike eve@mail.example';
  await run([question, { role: 'assistant', content: [{ type: 'reasoning', text }] }, user('go on')]);
  expect(prompts[1]?.[2]?.content).toEqual([{ type: 'reasoning', text: written }]);
});

test('a model that continues a text which ends within a value goes on behind the value', async () => {
  const { run, prompts } = maskedModel(deltas([' and [EMAIL_1]']));
  const parts = await run([question, assistant('Write to ada@acme.ex')]);
  expect(textsOf(prompts[0]).at(-1)).toBe('Write to [EMAIL_1]');
  expect(textIn(parts)).toBe('ample and ada@acme.example');
  // A whole value at the end is continued as it is.
  expect(textIn(await run([question, assistant('Write to ada@acme.example')]))).toBe(' and ada@acme.example');
});

test('what repeats a long value for ever fills no memory', async () => {
  const token = `eyJ${'a1'.repeat(1_900)}.${'b2'.repeat(1_900)}`;
  const { run } = maskedModel(deltas(['[KEY_1]'.repeat(10_000)]));
  expect(textIn(await run([user(token)])).length).toBeLessThan(1_200_000);
});
