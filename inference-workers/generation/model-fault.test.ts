/** Whose fault a refusal is: that of the provider, whose circuit other tenants share, or that of the request. */
import { APICallError } from '@ai-sdk/provider';
import { expect, test } from 'vitest';
import { toModelFault } from './model-fault.ts';

const refusal = (statusCode: number, responseBody = ''): APICallError =>
  new APICallError({ message: 'no', url: 'http://127.0.0.1', requestBodyValues: {}, statusCode, responseBody });

test.each([
  ['a content filter', refusal(400, '{"error":{"code":"content_filter"}}'), 'MODEL_ERROR'],
  ['a parameter that the model does not support', refusal(400, 'Unsupported value: temperature'), 'MODEL_ERROR'],
  ['the order of roles', refusal(422, 'Conversation roles must alternate'), 'MODEL_ERROR'],
  ['the schema of a tool', refusal(400, "Invalid schema for function 'f'"), 'MODEL_ERROR'],
  ['too many tokens', refusal(400, 'maximum context length is 8'), 'CONTEXT_TOO_LONG'],
  ['too many bytes', refusal(413), 'CONTEXT_TOO_LONG'],
  [
    'more tokens than a minute has at Groq',
    refusal(413, '{"error":{"message":"tokens per minute: Limit 6000, Requested 9000","code":"rate_limit_exceeded"}}'),
    'CONTEXT_TOO_LONG',
  ],
  ['too many bytes inside the stream', { type: 'request_too_large', message: 'no' }, 'CONTEXT_TOO_LONG'],
  ['moderation before the model', refusal(403, 'Your input was flagged'), 'MODEL_ERROR'],
  ['a refusal inside the stream', { code: 400, message: 'roles must alternate' }, 'MODEL_ERROR'],
  ['a refusal inside the stream by type', { type: 'invalid_request_error', message: 'no' }, 'MODEL_ERROR'],
  ['too many tokens inside the stream', { type: 'BadRequestError', message: 'prompt is too long' }, 'CONTEXT_TOO_LONG'],
] as const)('%s counts against the request', (_, cause, code) => {
  expect(toModelFault(cause)).toMatchObject({ code, origin: 'REQUEST', tryAgain: false });
});

test.each([
  ['Google', 400, 'The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).'],
  ['xAI', 400, "This model's maximum prompt length is 131072 but the request contains 537812 tokens."],
  ['Text Generation Inference', 422, '`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000 `inputs` tokens'],
  ['its older versions', 422, '`inputs` must have less than 1024 tokens. Given: 2000'],
  ['Bedrock', 400, 'Input is too long for requested model.'],
  ['its Titan models', 400, 'Too many input tokens. Max input tokens: 8192, request input token count: 9279'],
  ['Moonshot', 400, 'Invalid request: Your request exceeded model token limit: 262144 (requested: 291351)'],
  ['Qwen', 400, 'InternalError.Algo.InvalidParameter: Range of input length should be [1, 30720]'],
  ['Anthropic', 400, 'prompt is too long: 213462 tokens > 200000 maximum'],
  ['Anthropic with the reply', 400, 'input length and `max_tokens` exceed context limit: 178902 + 32000 > 200000'],
  ['OpenAI', 400, 'Input tokens exceed the configured limit of 272000 tokens.'],
  ['its newer models', 400, 'Your input exceeds the context window of this model.'],
  ['Groq', 400, 'Please reduce the length of the messages or completion.'],
  ['GitHub', 400, 'prompt token count of 5000 exceeds the limit of 4096'],
  ['Mistral', 400, 'Prompt contains 40000 tokens, too large for model with 32768 maximum context length'],
  ['SGLang', 400, "The input (5000 tokens) is longer than the model's context length (4096 tokens)."],
  ['Ollama', 500, 'prompt too long; exceeded max context length by 10 tokens'],
  ['Zhipu', 400, 'Prompt exceeds max length'],
  ['llama.cpp', 400, 'the request exceeds the available context size, try increasing it'],
])(
  'that the prompt is too long is understood as %s says it, as a refusal and inside a stream',
  (_, status, message) => {
    const expected = { code: 'CONTEXT_TOO_LONG', origin: 'REQUEST', tryAgain: false };
    expect(toModelFault(refusal(status, JSON.stringify({ error: { message } })))).toMatchObject(expected);
    for (const error of [message, { message, type: 'invalid_request_error' }, { code: status, message }]) {
      expect(toModelFault({ error })).toMatchObject(expected);
    }
  },
);

test.each([
  ['Bedrock', { __type: 'ThrottlingException', message: 'Too many tokens, please wait before trying again.' }],
  ['OpenAI', { error: { code: 429, message: 'Rate limit reached: tokens per minute, maximum input length is fine' } }],
])('too many requests are not taken for too long a prompt, as %s words them', (_, cause) => {
  expect(toModelFault(cause)).toMatchObject({ code: 'MODEL_UNAVAILABLE', tryAgain: true });
});

test('a provider that only says in its error after how long to repeat a request is understood', () => {
  const google = { error: { code: 429, details: [{ retryDelay: '34s' }] } };
  expect(toModelFault(refusal(429, JSON.stringify(google)))).toMatchObject({ retryAfterMs: 34_000 });
  expect(toModelFault(google)).toMatchObject({ retryAfterMs: 34_000 });
});

test('a failure without end, or of many levels, is looked at as far as it is useful', () => {
  let cause: unknown = { code: 429 };
  for (let levels = 0; levels < 1_000; levels += 1) cause = { error: cause };
  expect(toModelFault(cause)).toMatchObject({ code: 'MODEL_ERROR' });
  expect(toModelFault({ error: 'x'.repeat(10_000_000) })).toMatchObject({ code: 'MODEL_ERROR' });
});

test.each([
  ['a key that is refused', refusal(401), 'MODEL_UNAVAILABLE', false],
  ['an account without access', refusal(403, 'no access to the model'), 'MODEL_UNAVAILABLE', false],
  ['an account without money', refusal(402), 'MODEL_UNAVAILABLE', false],
  ['a bad request for lack of money', refusal(400, 'Your credit balance is too low'), 'MODEL_UNAVAILABLE', false],
  ['a model that does not exist', refusal(404), 'MODEL_UNAVAILABLE', false],
  ['too many requests', refusal(429), 'MODEL_UNAVAILABLE', true],
  ['a server that fails', refusal(500), 'MODEL_UNAVAILABLE', true],
  ['a failure inside the stream', { code: 502, message: 'upstream' }, 'MODEL_UNAVAILABLE', true],
  ['an overload inside the stream', { type: 'overloaded_error' }, 'MODEL_UNAVAILABLE', true],
  ['a response that cannot be parsed', new SyntaxError('no JSON'), 'MODEL_ERROR', false],
  ['a socket that breaks', Object.assign(new Error(), { code: 'ECONNRESET' }), 'MODEL_UNAVAILABLE', true],
] as const)('%s counts against the provider', (_, cause, code, tryAgain) => {
  expect(toModelFault(cause)).toMatchObject({ code, origin: 'PROVIDER', tryAgain });
});
