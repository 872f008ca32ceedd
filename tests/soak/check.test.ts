/** The judge itself: it has nothing to say about what is right, and names each thing that is wrong. */
import { expect, test } from 'vitest';
import { checkResult, type Expected } from './check.ts';
import { trendsOf } from './memory-trend.ts';
import { createOutages } from './outages.ts';
import { createStreamCheck } from './stream-check.ts';
import type { SubgraphName } from './world.ts';

const expected: Expected = {
  kind: 'object',
  owners: [],
  fields: {
    book: {
      kind: 'object',
      owners: ['catalog'],
      fields: {
        id: { kind: 'leaf', owners: ['catalog'], value: '1' },
        inStock: { kind: 'leaf', owners: ['stock'], value: true },
      },
    },
    no: { kind: 'refused', owners: ['catalog'], code: 'QUOTA_EXCEEDED' },
  },
};
const refusal = { message: 'no', path: ['no'], extensions: { code: 'QUOTA_EXCEEDED' } };
const away = { message: 'away', path: ['book'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } };
const dataOf = (inStock: unknown) => ({ book: { id: '1', inStock }, no: null });
const stock: ReadonlySet<SubgraphName> = new Set<SubgraphName>(['stock']);
const nobody: ReadonlySet<SubgraphName> = new Set();

test('what is right is not blamed, nor what is missing with a reason', () => {
  expect(checkResult({ data: dataOf(true), errors: [refusal] }, expected, nobody)).toEqual({
    faults: [],
    isPartial: false,
  });
  expect(checkResult({ data: dataOf(null), errors: [refusal, away] }, expected, stock)).toEqual({
    faults: [],
    isPartial: true,
  });
});

test.each([
  ['another value', dataOf(false), [refusal], stock],
  ['a part that is missing without an error', dataOf(null), [refusal], stock],
  ['a part that is missing though its subgraph was there', dataOf(null), [refusal, away], nobody],
  ['a part that is missing though another subgraph was away', { book: null, no: null }, [refusal], stock],
  ['a refusal without its error', dataOf(true), undefined, stock],
  ['an error without a reason', dataOf(true), [refusal, { ...away, extensions: { code: 'FORBIDDEN' } }], stock],
  ['a subgraph that is said to be away and was not', dataOf(true), [refusal, away], nobody],
  ['a field too many', { book: { id: '1', inStock: true, x: 1 }, no: null }, [refusal], stock],
  ['no data', undefined, [refusal], stock],
])('names %s', (_, data, errors, awayNow) => {
  expect(checkResult({ data, errors }, expected, awayNow).faults).not.toEqual([]);
});

const streamed = (isResumable: boolean, lost: boolean) => {
  const outages = createOutages();
  if (lost) outages.begin('catalog');
  return createStreamCheck(
    {
      query: '',
      variables: {},
      last: 2,
      isResumable,
      event: (seq) => ({ kind: 'leaf', owners: ['catalog'], value: seq }),
    },
    { outages, moves: createOutages() },
  );
};
const loss = [{ message: 'lost', extensions: { code: 'SUBSCRIPTION_LOST' } }];
const eventOf = (seq: number) => ({ data: seq, extensions: { cursor: String(seq) } });

test('a stream may end after its last event, and where it was lost and cannot go on', () => {
  const whole = streamed(true, false);
  for (const seq of [1, 2]) whole.next(eventOf(seq));
  whole.end(undefined);
  expect(whole.verdict().faults).toEqual([]);
  const lost = streamed(false, true);
  lost.next({ data: 1 });
  lost.end(loss);
  expect(lost.verdict().faults).toEqual([]);
});

interface WrongStream {
  readonly what: string;
  readonly isResumable: boolean;
  readonly lost?: true;
  readonly seqs: readonly number[];
  readonly errors?: typeof loss;
}

test.each<WrongStream>([
  { what: 'an event twice', isResumable: true, seqs: [1, 1] },
  { what: 'an event left out', isResumable: true, seqs: [2] },
  { what: 'an event too many', isResumable: true, seqs: [1, 2, 3] },
  { what: 'a clean end before the last event', isResumable: true, seqs: [1] },
  { what: 'the loss of a stream that can go on', isResumable: true, lost: true, seqs: [1], errors: loss },
  { what: 'a loss without a reason', isResumable: false, seqs: [1], errors: loss },
])('names $what', ({ isResumable, lost = false, seqs, errors }) => {
  const check = streamed(isResumable, lost);
  for (const seq of seqs) check.next(isResumable ? eventOf(seq) : { data: seq });
  check.end(errors);
  expect(check.verdict().faults).not.toEqual([]);
});

test('memory is flat when its least at the end is that after a third', () => {
  const mebibyte = 1024 * 1024;
  const samples = (grown: number) =>
    Array.from({ length: 60 }, (_, index) => {
      const bytes = mebibyte * (index % 2 === 0 ? 900 : 300 + grown * index);
      return { requests: index + 1, heapBytes: bytes, residentBytes: bytes };
    });
  const grows = (grown: number) => trendsOf(samples(grown), 60).map(({ atEnd, atMost }) => atEnd > atMost);
  expect(grows(0)).toEqual([false, false]);
  expect(grows(4)).toEqual([true, true]);
});
