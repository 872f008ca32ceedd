import { expect, test } from 'vitest';
import { mergeInto, type ResponseTree } from './response-tree.ts';

const merge = (target: ResponseTree, source: ResponseTree): ResponseTree => {
  mergeInto(target, source);
  return target;
};

test('objects, and lists of equal length, are merged at every depth', () => {
  const merged = merge(
    { a: { one: 1, list: [{ x: 1 }, [{ x: 2 }]] } },
    { a: { two: 2, list: [{ y: 1 }, [{ y: 2 }]] } },
  );
  expect(merged).toEqual({
    a: {
      one: 1,
      two: 2,
      list: [{ x: 1, y: 1 }, [{ x: 2, y: 2 }]],
    },
  });
});

test.each([
  ['a longer list', [{ x: 1 }], [{ y: 1 }, { y: 2 }]],
  ['a shorter list', [{ x: 1 }, { x: 2 }], [{ y: 1 }]],
  ['a list for an object', { x: 1 }, [{ y: 1 }]],
  ['an object for a list', [{ x: 1 }], { y: 1 }],
  ['a scalar for an object', { x: 1 }, 'text'],
  ['an object for a scalar', 'text', { y: 1 }],
  ['null for an object', { x: 1 }, null],
  ['an object for null', null, { y: 1 }],
])('%s is not merged with what was there: the later value wins', (_, before, after) => {
  expect(merge({ a: before }, { a: after })).toEqual({ a: after });
});

test('an undefined value leaves what was there', () => {
  expect(merge({ a: 1 }, { a: undefined })).toEqual({ a: 1 });
});

test('an inherited key is a key like any other, and reaches no prototype', () => {
  const source = (value: object): ResponseTree => JSON.parse(`{"__proto__":${JSON.stringify(value)}}`);
  const target = merge(merge({}, source({ x: 1 })), source({ y: 2 }));
  expect(Object.getOwnPropertyDescriptor(target, '__proto__')?.value).toEqual({ x: 1, y: 2 });
  expect(Object.getPrototypeOf(target)).toBe(Object.prototype);
  expect({}).not.toHaveProperty('x');
});
