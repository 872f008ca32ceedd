import { expect, test } from 'vitest';
import { z } from 'zod';
import { decodeCursor, encodeCursor, forwardPage, forwardPageSize, pageSize } from './paging.ts';

const refusal = (argument: string) => expect.objectContaining({ code: 'BAD_USER_INPUT', argument });

test('a forward page has at most its size, and its last row only shows that another page follows', () => {
  const keyOf = (row: number) => [row];
  const page = forwardPage({ first: 2, after: encodeCursor([0]) }, [1, 2, 3], keyOf);
  expect(page.edges.map(({ node }) => node)).toEqual([1, 2]);
  expect(page.pageInfo).toEqual({
    hasPreviousPage: true,
    hasNextPage: true,
    startCursor: encodeCursor([1]),
    endCursor: encodeCursor([2]),
  });
  const empty = { hasPreviousPage: false, hasNextPage: false, startCursor: null, endCursor: null };
  expect(forwardPage({}, [], keyOf).pageInfo).toEqual(empty);
});

test('a size has a default and bounds, and comes from one end only', () => {
  expect(pageSize({})).toEqual({ size: 50, backward: false });
  expect(pageSize({ last: 200 })).toEqual({ size: 200, backward: true });
  expect(() => pageSize({ first: 1, last: 1 })).toThrow(refusal('last'));
  expect(() => pageSize({ first: -1 })).toThrow(refusal('first'));
  expect(() => pageSize({ last: 201 })).toThrow(refusal('last'));
});

test('a connection that pages forward only refuses to page backward', () => {
  expect(forwardPageSize({ first: 7 })).toBe(7);
  expect(() => forwardPageSize({ last: 1 })).toThrow(refusal('last'));
  expect(() => forwardPageSize({ before: 'x' })).toThrow(refusal('before'));
});

test('a cursor of another connection is refused', () => {
  expect(decodeCursor(z.tuple([z.int()]), encodeCursor([1]), 'after')).toEqual([1]);
  expect(() => decodeCursor(z.tuple([z.int()]), encodeCursor(['x']), 'after')).toThrow(refusal('after'));
  expect(() => decodeCursor(z.tuple([z.int()]), 'no JSON', 'before')).toThrow(refusal('before'));
});
