import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { createResumableDocument } from './resumable-document.ts';

const schema = buildSchema(`
  type Query { q: Int }
  type Event { seq: Int! }
  type Subscription {
    byNumber(id: ID, after: Int! = 0): Event
    byText(after: String, filter: [String!]): Event
    plain: Event
  }
`);
const fields = new Map([
  ['byNumber', 'after'],
  ['byText', 'after'],
]);
const rewrite = (query: string): ReturnType<typeof createResumableDocument> =>
  createResumableDocument(query, schema, fields);
const flat = (text: string | undefined): string | undefined => text?.replace(/\s+/g, ' ');

test('replaces a literal with its own variable', () => {
  const document = rewrite('subscription { byNumber(after: 7) { seq } }');
  expect(flat(document?.query)).toBe('subscription ($resumeAfter: Int = 0) { byNumber(after: $resumeAfter) { seq } }');
  expect(document?.start({})).toEqual({ resumeAfter: 7 });
  expect(document?.resume({}, '12')).toEqual({ resumeAfter: 12 });
});

test('replaces the client’s variable, its default and its absence', () => {
  const document = rewrite(
    'subscription ($a: Int = 3, $resumeAfter: ID) { byNumber(id: $resumeAfter, after: $a) { seq } }',
  );
  expect(flat(document?.query)).toBe(
    'subscription ($resumeAfter: ID, $resumeAfter_: Int = 0) { byNumber(id: $resumeAfter, after: $resumeAfter_) { seq } }',
  );
  expect(document?.start({ a: 5, resumeAfter: 'id' })).toEqual({ resumeAfter: 'id', resumeAfter_: 5 });
  expect(document?.start({})).toEqual({ resumeAfter_: 3 });
  expect(rewrite('subscription ($a: String) { byText(after: $a) { seq } }')?.start({})).toEqual({});
});

test('keeps a text cursor as text', () => {
  expect(rewrite('subscription { byText { seq } }')?.resume({}, '12')).toEqual({ resumeAfter: '12' });
});

test('finds the field inside fragments', () => {
  const document = rewrite(
    'subscription { ...F } fragment F on Subscription { ... { x: byText(filter: ["a"]) { seq } } }',
  );
  expect(flat(document?.query)).toContain('x: byText(filter: ["a"], after: $resumeAfter)');
});

test('distinguishes positions, and recognizes the same position in every form', () => {
  const positionOf = (query: string, variables = {}): string | undefined => {
    const document = rewrite(query);
    return document?.position(document.start(variables));
  };
  const same = [
    positionOf('subscription { byNumber { seq } }'),
    positionOf('subscription { byNumber(after: 0) { seq } }'),
    positionOf('subscription ($a: Int = 0) { byNumber(after: $a) { seq } }'),
    positionOf('subscription ($a: Int!) { byNumber(after: $a) { seq } }', { a: 0 }),
  ];
  expect(new Set(same)).toEqual(new Set(['0']));
  const document = rewrite('subscription { byText { seq } }');
  expect(document?.position(document.resume({}, '0'))).toBe('"0"');
  expect(document?.position(document.start({}))).toBeUndefined();
  expect(positionOf('subscription { byText(after: null) { seq } }')).toBeUndefined();
});

test('does not change other fields', () => {
  expect(rewrite('subscription { plain { seq } }')).toBeUndefined();
});
