import { HeaderMap } from '@apollo/server';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { expect, test } from 'vitest';
import { AppError, errorCodes } from '#kernel/errors.ts';
import { createLogger } from '#kernel/log.ts';
import { toGraphQLError } from './graphql-error.ts';
import { createErrorMask, ofSubgraph } from './public-error.ts';

const mask = createErrorMask(createLogger('gateway', 'silent'));
const internal = { code: 'INTERNAL_SERVER_ERROR' };
const coded = (code: string): GraphQLFormattedError => ({
  message: 'a sentence',
  extensions: { code, retryAfterMs: 5 },
});

test('keeps every public code with its sentence and fields, whatever its origin', () => {
  for (const code of Object.keys(errorCodes)) {
    if (code === 'INTERNAL_SERVER_ERROR') continue;
    expect(mask(coded(code))).toEqual(coded(code));
    expect(ofSubgraph([coded(code)], 'stories').map((error) => mask(error))).toEqual([coded(code)]);
  }
});

test('keeps the codes of the specification only when they are its own', () => {
  const error = coded('GRAPHQL_VALIDATION_FAILED');
  expect(mask(error)).toEqual(error);
  expect(ofSubgraph([error], 'stories').map((one) => mask(one).extensions)).toEqual([internal]);
});

test.each([
  ['no code', {}],
  ['an unknown code', { code: 'ECONNREFUSED' }],
  ['a code that is not text', { code: 7 }],
  ['its own internal code', internal],
  ['a code that objects inherit', { code: 'toString' }],
])('masks an error with %s', (_, extensions) => {
  const masked = mask({ message: 'password=hunter2', path: ['a', 0], extensions });
  expect(masked).toEqual({ message: expect.not.stringContaining('hunter2'), path: ['a', 0], extensions: internal });
});

test('shows locations in the client’s document, but not those in a subgraph’s document', () => {
  const error = { ...coded('NOT_FOUND'), locations: [{ line: 1, column: 2 }] };
  expect(mask(error)).toEqual(error);
  expect(ofSubgraph([error], 'stories').map((one) => mask(one).locations)).toEqual([undefined]);
});

test('treats an uncoded fault with HTTP status 400 from Apollo Server as a bad request', () => {
  const error = new GraphQLError('provided sha does not match query', { extensions: { http: { status: 400 } } });
  expect(mask(error.toJSON(), error)).toEqual({ message: error.message, extensions: { code: 'BAD_REQUEST' } });
});

test('refuses a request with the status and headers of its code', () => {
  const error = new AppError('RATE_LIMITED', 'slowly', { retryAfterMs: 1001 });
  expect(toGraphQLError(error).extensions).toEqual({
    code: 'RATE_LIMITED',
    retryAfterMs: 1001,
    http: { status: 429, headers: new HeaderMap([['retry-after', '2']]) },
  });
});
