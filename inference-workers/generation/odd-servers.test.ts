/** Replies of servers that speak OpenAI's format in their own way, from the request to the bill. */
import { expect, test } from 'vitest';
import type { ReplyJob } from '#contracts/generation-job.ts';
import type { ScriptInput } from '#tests/scripted-provider/script.ts';
import { bonn, knowsTools, openToolFixture } from '../tool.fixture.ts';
import { candidateOf, openWorkerFixture } from '../worker.fixture.ts';

const event = (body: object): string => `data: ${JSON.stringify(body)}\n\n`;
const delta = (fields: object, finish_reason: string | null = null) =>
  event({ choices: [{ index: 0, delta: fields, finish_reason }] });
const hel = delta({ role: 'assistant', content: 'Hel' });
const lo = delta({ content: 'lo.' });
const stop = delta({}, 'stop');
const used = event({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 3 } });
const done = 'data: [DONE]\n\n';
const whole = hel + lo + stop + used + done;
const usage = { inputTokens: 9, outputTokens: 3, source: 'PROVIDER' };

/** The result of a reply to `hello` by a provider with these scripts, and the requests that it got. */
const replyOf = async (scripts: readonly ScriptInput[], changes: Partial<ReplyJob> = {}) => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker();
  fixture.provider.queue(...scripts);
  const finished = await fixture.finished(await fixture.send('hello', changes));
  return { ...finished, requests: fixture.provider.requests.map(({ body }) => body) };
};

test.each([
  ['events without data', `data:\n\ndata: \n\nevent: ping\n\n${whole}`],
  ['unknown fields and a bad retry', `foo: 1\nping\nretry: soon\n${whole}`],
  ['status events', `${event({ status: 'loading', message: 'Loading the model' })}${whole}`],
  ['text to keep the connection alive', `data: ping\n\n: ping\n\n${hel}data: null\n\n${lo}${stop}${used}${done}`],
  ['blanks around the end mark', `${hel}${lo}${stop}${used}data:  [DONE] \n\n`],
  ['junk behind the end mark', `${whole}data: {"choices":\n\n${event({ error: { message: 'no' } })}`],
  ['junk before the end mark', `${hel}${lo}${stop}data: {"choices":\n\n${used}${done}`],
  ['no end mark and no empty line at the end', `${hel}${lo}${stop}${used.trimEnd()}`],
  ['empty lines before everything', `\n\r\n\n${whole}`],
])('%s in a stream do no harm, and the usage is read', async (_, body) => {
  const { requests, ...finished } = await replyOf([{ body }]);
  expect(finished).toMatchObject({ status: 'COMPLETED', text: 'Hello.', finishReason: 'STOP', usage });
  expect(requests).toHaveLength(1);
});

test.each([
  ['its end mark', whole, usage],
  ['its usage', hel + lo + stop + used, usage],
  ['its reason', hel + lo + stop, { source: 'COUNTED' }],
])('a response that is not ended behind %s does not delay the reply', async (_, body, counted) => {
  await using fixture = await openWorkerFixture();
  await fixture.startWorker({ settings: { stallTimeoutMs: 600_000 } });
  fixture.provider.queue({ body, stall: 0 });
  const finished = await fixture.finished(await fixture.send('hello'));
  expect(finished).toMatchObject({ status: 'COMPLETED', text: 'Hello.', usage: counted });
  expect(await fixture.provider.requests.at(0)?.ended).toBe('closed by client');
});

const completion = (fields: object, finish_reason: string | null) =>
  JSON.stringify(
    {
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content: null, ...fields }, finish_reason }],
      usage: { prompt_tokens: 9, completion_tokens: 3 },
    },
    null,
    2,
  );

test.each([
  ['a stream that is compressed', { body: whole, gzip: 'yes' as const }],
  ['a stream of another media type', { body: whole, type: 'application/json' }],
  ['a response in one piece', { body: completion({ content: 'Hello.' }, 'stop'), type: 'application/json' }],
  ['such a response without a reason', { body: completion({ content: 'Hello.' }, null) }],
  ['a compressed response in one piece', { body: completion({ content: 'Hello.' }, 'stop'), gzip: 'yes' as const }],
])('%s is read, with its usage', async (_, script) => {
  expect(await replyOf([script])).toMatchObject({ status: 'COMPLETED', text: 'Hello.', finishReason: 'STOP', usage });
});

test('a stream may have any length, and each of its events a bounded one', async () => {
  // Without a cycle in it, which would end the reply.
  const long = Array.from({ length: 5_000 }, (_, index) => index)
    .join(' ')
    .slice(0, 20_000);
  const body = delta({ content: long }).repeat(60) + stop + used + done;
  const candidates = [candidateOf('openai/scripted', { contextWindow: 200_000, maxOutputTokens: 100_000 })];
  expect((await replyOf([{ body }], { candidates })).text).toHaveLength(1_200_000);
  const endless = { body: `${hel}data: ${'x'.repeat(2_000_000)}` };
  expect(await replyOf([endless])).toMatchObject({ status: 'PARTIAL', text: 'Hel' });
  expect(await replyOf([{ body: `{"choices":[${' '.repeat(5_000_000)}]}` }])).toMatchObject({
    status: 'FAILED',
    failure: { code: 'MODEL_ERROR' },
  });
});

test('tool calls in a response in one piece are run', async () => {
  await using fixture = await openToolFixture();
  await fixture.startToolWorker();
  const tool_calls = [{ id: 'a', type: 'function', function: bonn }];
  fixture.provider.queue({ body: completion({ content: 'Hello', tool_calls }, 'tool_calls') }, { texts: ['done'] });
  const finished = await fixture.finished(await fixture.sendWithTool('weather?'));
  expect(finished).toMatchObject({ text: 'Hello\n\ndone', toolCalls: [{ ...bonn, status: 'COMPLETED' }] });
});

test('two whole calls under one number and without ids are both run', async () => {
  await using fixture = await openToolFixture();
  await fixture.startToolWorker();
  const köln = { name: 'weather', arguments: '{"city":"Köln"}' };
  const calls = [bonn, köln].map((call) => delta({ tool_calls: [{ index: 0, function: call }] })).join('');
  fixture.provider.queue({ body: calls + delta({}, 'tool_calls') + done }, { texts: ['done'] });
  await fixture.finished(await fixture.sendWithTool('weather?', { candidates: [knowsTools] }));
  expect(fixture.tool.calls.map(({ body }) => body.arguments['city']).sort()).toEqual(['Bonn', 'Köln']);
});

test.each([
  ['an OpenAI error with a status', event({ error: { message: 'no', code: 429 } })],
  ['a status as text', event({ error: { message: 'no', code: '503' } })],
  ['a Google error', event({ error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } })],
  ['a Google error in an array', event([{ error: { code: 429, message: 'no', status: 'RESOURCE_EXHAUSTED' } }])],
  ['a Hugging Face error', event({ error: 'Model is overloaded', error_type: 'overloaded' })],
  ['a sentence', event({ error: 'Rate limit reached for requests' })],
  ['an event of type error', `event: error\n${event({ message: 'no', status_code: 503 })}`],
  ['text of an event of type error', 'event: error\ndata: Service unavailable\n\n'],
  ['an error without the key', event({ object: 'error', message: 'no', type: 'InternalServerError', code: 500 })],
  ['an error as a field', 'error: {"code":503,"message":"Loading model","type":"unavailable_error"}\n\n'],
  ['an error in one piece', JSON.stringify({ error: { message: 'no', type: 'server_error' } })],
])('an overload in a stream before the first word is retried: %s', async (_, failure) => {
  const role = delta({ role: 'assistant', content: '' });
  const busy = { body: failure.startsWith('{') ? failure : role + failure };
  const { requests, ...finished } = await replyOf([busy, busy, { body: whole }]);
  expect(finished).toMatchObject({ status: 'COMPLETED', text: 'Hello.', usage });
  expect(requests).toHaveLength(3);
});

const unfinished = [
  ['an error', delta({}, 'error') + done],
  ['an abort', delta({}, 'abort') + done],
  ['an error of the network', delta({}, 'network_error') + done],
  ['a lack of resources', delta({}, 'insufficient_system_resource') + done],
  ['no known reason', delta({}, 'other') + done],
  ['nothing', ''],
  ['only an end mark', done],
  ['half an event', 'data: {"choices":[{"delta":{"con'],
] as const;

test.each(unfinished)('a reply that ends at "Hel" with %s is PARTIAL', async (_, end) => {
  const { requests, ...finished } = await replyOf([{ body: hel + end }]);
  expect(finished).toMatchObject({
    status: 'PARTIAL',
    text: 'Hel',
    finishReason: 'ERROR',
    usage: { source: 'COUNTED' },
  });
  expect(finished.modelFailures).toMatchObject([{ code: 'MODEL_UNAVAILABLE', origin: 'PROVIDER' }]);
  expect(requests).toHaveLength(1);
});

test.each(unfinished)(
  'a response that ends before its first word with %s falls back to the next model',
  async (_, end) => {
    const candidates = [candidateOf('openai/scripted'), candidateOf('openai/other')];
    const empty = { body: end === '' ? ': nothing\n\n' : end };
    const { requests, ...finished } = await replyOf([empty, empty, empty, { body: whole }], { candidates });
    expect(finished).toMatchObject({ status: 'COMPLETED', text: 'Hello.', modelId: 'openai/other', usage });
    expect(requests).toHaveLength(4);
  },
);

test('the usage of a reply that is not whole is billed as it was reported', async () => {
  const reported = {
    choices: [{ delta: {}, finish_reason: 'error' }],
    usage: { prompt_tokens: 7, completion_tokens: 2 },
  };
  expect(await replyOf([{ body: hel + event(reported) + done }])).toMatchObject({
    status: 'PARTIAL',
    usage: { inputTokens: 7, outputTokens: 2, source: 'PROVIDER' },
  });
});

test('the end of a context is a limit of length', async () => {
  const body = hel + lo + delta({}, 'model_length') + used + done;
  expect(await replyOf([{ body }])).toMatchObject({ status: 'COMPLETED', finishReason: 'LENGTH', usage });
});

test.each([
  [
    'Google',
    event({
      error: {
        code: 400,
        message: 'The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).',
        status: 'INVALID_ARGUMENT',
      },
    }),
  ],
  [
    'xAI',
    event({
      code: 'Client specified an invalid argument',
      error: "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
    }),
  ],
  [
    'Text Generation Inference',
    event({
      error: 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens',
      error_type: 'validation',
    }),
  ],
])('that the prompt is too long is understood inside a stream, as %s says it', async (_, body) => {
  const { requests, ...finished } = await replyOf([{ body }]);
  expect(finished).toMatchObject({ status: 'FAILED', failure: { code: 'CONTEXT_TOO_LONG' } });
  expect(finished.modelFailures).toMatchObject([{ origin: 'REQUEST' }]);
  expect(requests).toHaveLength(1);
});

test('after a reply that failed, a strict server is sent turns that alternate', async () => {
  const history = [
    { role: 'SYSTEM' as const, content: 'Be brief.' },
    { role: 'ASSISTANT' as const, content: 'Welcome.' },
    { role: 'USER' as const, content: 'one' },
    { role: 'ASSISTANT' as const, content: '' },
    { role: 'USER' as const, content: 'two' },
    { role: 'ASSISTANT' as const, content: ' \n' },
    { role: 'USER' as const, content: 'three' },
  ];
  const { requests } = await replyOf([{ body: whole }], { history });
  expect(requests.at(0)?.messages).toEqual([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'one\n\ntwo\n\nthree' },
  ]);
});
