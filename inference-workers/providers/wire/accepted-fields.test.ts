/** Models that refuse a field of the request, as their servers word it, against a server that does. */
import { expect, test } from 'vitest';
import type { ScriptInput } from '#tests/scripted-provider/script.ts';
import { openWorkerFixture } from '../../worker.fixture.ts';

const refusal = (body: object, status = 400): ScriptInput => ({
  status,
  type: 'application/json',
  body: JSON.stringify(body),
});
const openAi = (message: string, param: string, code: string) =>
  refusal({ error: { message, type: 'invalid_request_error', param, code } });

const maxTokens = openAi(
  "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
  'max_tokens',
  'unsupported_parameter',
);
const temperature = openAi(
  "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
  'temperature',
  'unsupported_value',
);
const streamOptions = refusal(
  {
    detail: [
      { type: 'extra_forbidden', loc: ['body', 'stream_options'], msg: 'Extra inputs are not permitted', input: {} },
    ],
  },
  422,
);

/** The requests of two turns of a conversation, the first of which meets these refusals. */
const requestsAfter = async (...refusals: readonly ScriptInput[]) => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue(...refusals, { tokens: 2 }, { tokens: 2 });
  for (const prompt of ['one', 'two']) {
    const finished = await fixture.finished(await fixture.send(prompt, { temperature: 0.2, maxOutputTokens: 50 }));
    expect(finished).toMatchObject({ status: 'COMPLETED', text: 'w0 w1 ' });
  }
  return fixture.provider.requests.map(({ body }) => body);
};

test('the limit goes by the name that the model wants, and from then on at once', async () => {
  const requests = await requestsAfter(maxTokens);
  expect(requests).toHaveLength(3);
  expect(requests[0]).toMatchObject({ max_tokens: 50 });
  for (const request of requests.slice(1)) {
    expect(request).toMatchObject({ max_completion_tokens: 50, temperature: 0.2 });
    expect(request).not.toHaveProperty('max_tokens');
  }
});

test('fields that are refused one after the other are left out, and from then on at once', async () => {
  const requests = await requestsAfter(streamOptions, temperature, maxTokens);
  expect(requests).toHaveLength(5);
  for (const request of requests.slice(3)) {
    expect(request).toMatchObject({ max_completion_tokens: 50, stream: true });
    for (const field of ['stream_options', 'temperature', 'max_tokens']) expect(request).not.toHaveProperty(field);
  }
});

test.each([
  [
    'Azure',
    'stream_options',
    refusal({ error: { message: 'Unrecognized request argument supplied: stream_options' } }),
  ],
  ['Anthropic', 'temperature', refusal({ error: { message: '`temperature` is deprecated for this model.' } })],
  ['Moonshot', 'temperature', refusal({ error: { message: 'invalid temperature: only 1 is allowed for this model' } })],
  ['xAI', 'temperature', refusal({ code: 'invalid', error: 'Argument not supported: temperature' })],
  ['a gateway', 'stream_options', refusal({ message: 'stream_options: Extra inputs are not permitted' })],
  ['plain text', 'temperature', { status: 400, body: 'temperature is not supported' }],
])('a field is left out as %s refuses it', async (_, field, script) => {
  const requests = await requestsAfter(script);
  expect(requests).toHaveLength(3);
  for (const request of requests.slice(1)) expect(request).not.toHaveProperty(field);
});

test.each([
  [
    'a value that is too high',
    refusal({ error: { message: 'temperature must be between 0 and 1', param: 'temperature' } }),
  ],
  [
    'a limit that is too high',
    openAi('max_tokens is too large: 50. This model supports at most 10.', 'max_tokens', 'invalid_value'),
  ],
  ['another field', refusal({ error: { message: "Unknown parameter: 'tool_choice'" } })],
  [
    'the words of a prompt',
    refusal(
      { detail: [{ type: 'missing', loc: ['body'], msg: 'Field required', input: 'temperature is not supported' }] },
      422,
    ),
  ],
  ['another status', { ...temperature, status: 404 }],
])('a refusal of %s is not tried again, and teaches nothing', async (_, script) => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue(script, { tokens: 2 });
  const failed = await fixture.finished(await fixture.send('one', { temperature: 0.2 }));
  expect(failed).toMatchObject({ status: 'FAILED' });
  await fixture.finished(await fixture.send('two', { temperature: 0.2 }));
  expect(fixture.provider.requests).toHaveLength(2);
  expect(fixture.provider.requests.at(1)?.body).toMatchObject({ temperature: 0.2, stream_options: {} });
});

test('a request without the field that is refused is not sent again', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue(temperature);
  expect(await fixture.finished(await fixture.send('one'))).toMatchObject({ status: 'FAILED' });
  expect(fixture.provider.requests).toHaveLength(1);
});

test('what does not cure the refusal is not remembered', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue(temperature, { status: 401 }, { tokens: 2 });
  await fixture.finished(await fixture.send('one', { temperature: 0.2 }));
  await fixture.finished(await fixture.send('two', { temperature: 0.2 }));
  expect(fixture.provider.requests.map(({ body }) => body.temperature)).toEqual([0.2, undefined, 0.2]);
});

test('a server that refuses everything is asked a bounded number of times', async () => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue(...[maxTokens, temperature, streamOptions, maxTokens, temperature, streamOptions]);
  const failed = await fixture.finished(await fixture.send('one', { temperature: 0.2 }));
  expect(failed).toMatchObject({ status: 'FAILED', failure: { code: 'MODEL_ERROR' } });
  expect(fixture.provider.requests).toHaveLength(4);
});
