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
  ['too many bytes', refusal(413), 'MODEL_ERROR'],
  ['moderation before the model', refusal(403, 'Your input was flagged'), 'MODEL_ERROR'],
  ['a refusal inside the stream', { code: 400, message: 'roles must alternate' }, 'MODEL_ERROR'],
  ['a refusal inside the stream by type', { type: 'invalid_request_error', message: 'no' }, 'MODEL_ERROR'],
  ['too many tokens inside the stream', { type: 'BadRequestError', message: 'prompt is too long' }, 'CONTEXT_TOO_LONG'],
] as const)('%s counts against the request', (_, cause, code) => {
  expect(toModelFault(cause)).toMatchObject({ code, origin: 'REQUEST', tryAgain: false });
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
