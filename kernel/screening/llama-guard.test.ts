/** The verdicts of a Llama Guard model, as its versions write them, and what is none. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { createLlamaGuard } from './llama-guard.ts';

/** What the guard makes of a model that writes this. */
const verdictOn = async (content: unknown) => {
  const server = createServer((_, response) => response.end(JSON.stringify({ choices: [{ message: { content } }] })));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const baseUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/v1/`;
  const guard = createLlamaGuard({ baseUrl, apiKey: undefined, model: 'guard' });
  try {
    return await guard.screen('text', AbortSignal.timeout(10_000));
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

test.each([
  ['safe', []],
  ['\n\nsafe', []],
  ['unsafe\nS10', ['HATE']],
  ['\n\nunsafe\nS1,S11', ['THREAT', 'SELF_HARM']],
  ['unsafe\nS9, S1', ['THREAT']],
  ['unsafe\nS2', []],
])('%j is a verdict', async (content, categories) => {
  expect((await verdictOn(content)).map(({ category }) => category)).toEqual(categories);
});

test.each([
  '',
  'Safe!',
  'safe. But unsafe too',
  'unsafe',
  'unsafe\nS99',
  'unsafe\nS1 and more',
  'I cannot help.',
  null,
  7,
])('%j is none', async (content) => {
  await expect(verdictOn(content)).rejects.toMatchObject({ code: 'UNREADABLE' });
});
