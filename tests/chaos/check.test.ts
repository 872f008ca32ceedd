/** The judge itself: it has nothing to say about what is right, and names each thing that is wrong. */
import { expect, test } from 'vitest';
import { textOf } from '#tests/scripted-provider/script.ts';
import { createRandom } from '#tests/support/random.ts';
import { checkSend, checkWithoutLog, type ViolationKind } from './check.ts';
import type { Evidence, Following } from './evidence.ts';
import { waitsOf } from './going-on.ts';
import { faultNames, planFaults } from './schedule.ts';

const events = [
  { __typename: 'MessageStarted', seq: 1, attempt: 1 },
  { __typename: 'TokenDelta', seq: 2, text: textOf(2) },
  { __typename: 'TokenDelta', seq: 3, text: textOf(4).slice(textOf(2).length) },
  { __typename: 'MessageCompleted', seq: 4 },
];
const whole: Following = { afterSeq: 0, events, arrivedAtMs: [], faults: [] };
const right: Evidence = {
  messageId: 'm',
  words: 4,
  requests: 1,
  mayNotFit: false,
  timesCalled: 0,
  isCommon: false,
  stopped: false,
  providerFails: false,
  followings: [whole, { afterSeq: 2, events: events.slice(2), arrivedAtMs: [], faults: [] }],
  replay: whole,
  replies: 1,
  stored: { status: 'COMPLETED', content: textOf(4), reasoning: null, reuse: null, toolCalls: [] },
  ledger: [{ outputTokens: 4, status: 'COMPLETED' }],
  workersDie: true,
  logsLost: false,
  providerCalls: 1,
  providerRefusals: 0,
};
const saw = (...given: Following['events']): Evidence => ({ ...right, followings: [{ ...whole, events: given }] });
const [started, one, two, end] = events;

test('what is right is not blamed', () => {
  expect(checkSend(right)).toEqual([]);
});

test.each<[ViolationKind, Evidence]>([
  ['hole or double in seq', saw(...events.filter(({ seq }) => seq !== 2))],
  ['hole or double in seq', saw(...events.flatMap((event) => (event === one ? [event, event] : [event])))],
  ['same seq, other bytes', saw(...events.map((event) => (event === two ? { ...event, text: 'x' } : event)))],
  ['no end, or more than one', saw(...events.filter((event) => event !== end))],
  [
    'refused or torn off',
    { ...right, followings: [{ ...whole, faults: [{ atMs: 0, what: 'completed without an end' }] }] },
  ],
  [
    'text differs from what is stored',
    { ...right, stored: { status: 'COMPLETED', content: 'x', reasoning: null, reuse: null, toolCalls: [] } },
  ],
  ['text is not the reply', { ...right, words: 5 }],
  [
    'thought differs from what is stored',
    { ...right, stored: { status: 'COMPLETED', content: textOf(4), reasoning: 'Hm.', reuse: null, toolCalls: [] } },
  ],
  [
    'served to another request',
    {
      ...right,
      stored: { status: 'COMPLETED', content: textOf(4), reasoning: null, reuse: 'REQUEST_CACHE', toolCalls: [] },
    },
  ],
  [
    'reply failed',
    { ...right, stored: { status: 'FAILED', content: textOf(4), reasoning: null, reuse: null, toolCalls: [] } },
  ],
  [
    'reply failed',
    { ...right, stored: { status: 'PARTIAL', content: textOf(4), reasoning: null, reuse: null, toolCalls: [] } },
  ],
  [
    'reply failed',
    { ...right, stored: { status: 'CANCELLED', content: textOf(2), reasoning: null, reuse: null, toolCalls: [] } },
  ],
  [
    'text is not the reply',
    {
      ...right,
      stopped: true,
      stored: { status: 'CANCELLED', content: 'w0 w2 ', reasoning: null, reuse: null, toolCalls: [] },
    },
  ],
  [
    'reply failed',
    { ...right, stored: { status: 'STREAMING', content: textOf(4), reasoning: null, reuse: null, toolCalls: [] } },
  ],
  ['sent twice', { ...right, replies: 2 }],
  ['not billed once', { ...right, ledger: [] }],
  ['not billed once', { ...right, ledger: [...right.ledger, ...right.ledger] }],
  ['taken from a living worker', { ...saw({ __typename: 'MessageStarted', seq: 1, attempt: 2 }), workersDie: false }],
  ['provider asked too often', { ...right, providerCalls: 2 }],
])('%s is seen', (kind, evidence) => {
  expect(checkSend(evidence).map((violation) => violation.kind)).toContain(kind);
});

test('a jump far beyond is no hole where the text is reset with it, and one where it is not', () => {
  const far = 2 ** 20;
  const anew = [
    { __typename: 'MessageReset', seq: far + 1 },
    { __typename: 'TokenDelta', seq: far + 2, text: textOf(4) },
    { __typename: 'MessageCompleted', seq: far + 3 },
  ];
  const jumps = { ...saw(...events.slice(0, 2), ...anew), replay: undefined };
  expect(checkSend(jumps)).toEqual([]);
  const holes = { ...saw(...events.slice(0, 2), ...anew.slice(1)), replay: undefined };
  expect(checkSend(holes).map(({ kind }) => kind)).toContain('hole or double in seq');
});

test('a reply whose log was lost may be streamed from its row, and no other may', () => {
  const streamed = [
    { __typename: 'MessageStarted', seq: 1, attempt: 1 },
    { __typename: 'TokenDelta', seq: 2, text: textOf(4) },
    { __typename: 'MessageCompleted', seq: 3 },
  ];
  const evidence = { ...right, replay: { ...whole, events: streamed } };
  const kinds = (logsLost: boolean) => new Set(checkSend({ ...evidence, logsLost }).map(({ kind }) => kind));
  expect(kinds(true)).toEqual(new Set());
  expect(kinds(false)).toEqual(new Set(['same seq, other bytes']));
});

test('a takeover explains a second call of the provider, also when the first attempt left no trace', () => {
  const takenOver = { __typename: 'MessageStarted', seq: 1, attempt: 2 };
  const evidence = { ...saw(takenOver, ...events.slice(1)), replay: undefined, providerCalls: 2 };
  expect(started?.attempt).toBe(1);
  expect(checkSend(evidence)).toEqual([]);
});

test('a failure in the middle explains one more call where nobody saw it or the attempt lost its log, and none elsewhere', () => {
  const takenOver = { __typename: 'MessageStarted', seq: 2, attempt: 2 };
  const evidence = { ...right, followings: [], replay: undefined, providerFails: true, providerCalls: 3 };
  const after = (...starts: Following['events']): Evidence => ({
    ...evidence,
    followings: [{ ...whole, events: [...starts, ...events.slice(1).map((each) => ({ ...each, seq: each.seq + 1 }))] }],
  });
  expect(started && checkSend(after(started, takenOver))).toEqual([]);
  expect(checkSend(right)).toEqual([]);
  expect(checkSend({ ...right, providerFails: true, providerCalls: 2 })).toEqual([]);
  const nextModel = { ...takenOver, attempt: 1 };
  const seen = started && checkSend(after(started, nextModel)).map(({ kind }) => kind);
  expect(seen).toContain('provider asked too often');
});

test('a seed gives its schedule again, and another seed another one', () => {
  const plan = (seed: number) => planFaults(createRandom(seed), faultNames, 300_000, 2_000);
  expect(plan(7)).toEqual(plan(7));
  expect(plan(7)).not.toEqual(plan(8));
  expect(new Set(plan(7).map(({ name }) => name))).toEqual(new Set(faultNames));
});

test('a reply that is another one when its log is gone is a violation, and the same one is none', () => {
  const stored = { status: 'COMPLETED', content: textOf(4), reasoning: null, reuse: null, toolCalls: [] };
  const toldFromRow = { ...whole, events: [{ __typename: 'TokenDelta', seq: 2, text: textOf(4) }] };
  expect(checkWithoutLog('m', stored, stored, toldFromRow)).toEqual([]);
  const lost = checkWithoutLog(
    'm',
    stored,
    { status: 'FAILED', content: '', reasoning: null, reuse: null, toolCalls: [] },
    { ...whole, events: [] },
  );
  expect(lost).toMatchObject([{ kind: 'other once its log is gone', messageId: 'm' }]);
});

test('silence within a fault and the time to go on after it are the longest of all replies', () => {
  const fault = { name: 'kill worker', atMs: 0, replica: 0, lastsMs: 0, fromMs: 1_000, toMs: 2_000 } as const;
  const arrived = (...arrivedAtMs: number[]): Following => ({ ...whole, arrivedAtMs });
  const followings = [arrived(500, 900, 4_000, 4_100), arrived(100, 1_900, 2_500), arrived(3_000, 9_000)];
  expect(waitsOf([fault], followings)).toEqual([{ name: 'kill worker', silentMs: 3_100, goingOnMs: 2_000 }]);
});

const asked = { city: 'k', arguments: '{"city":"k"}', decision: 'approve', decided: 'APPROVED' } as const;
const made = {
  arguments: '{"city":"k"}',
  status: 'COMPLETED',
  decision: 'APPROVED',
  result: 'called weather with {"city":"k"}',
};
const denied = { ...made, status: 'FAILED', decision: 'DENIED', result: 'DENIED: no' };
const lost = { ...made, status: 'FAILED', result: 'The tool cannot be reached.' };
const withCall = (call: Evidence['call'], one: typeof made, timesCalled: number): Evidence => ({
  ...right,
  ...(call === undefined ? {} : { call }),
  timesCalled,
  providerCalls: 0,
  followings: [],
  replay: undefined,
  stored: {
    status: 'COMPLETED',
    content: `${one.result} ${textOf(4)}`,
    reasoning: null,
    reuse: null,
    toolCalls: [one],
  },
});
const withDecision = (decided: 'DENIED' | 'REFUSED' | undefined) => ({ ...asked, decision: 'deny', decided }) as const;

test.each<[string, ViolationKind[], Evidence]>([
  ['as decided', [], withCall(asked, made, 1)],
  ['denied', [], withCall(withDecision('DENIED'), denied, 0)],
  ['too late', [], withCall(withDecision('REFUSED'), { ...denied, decision: 'EXPIRED' }, 0)],
  ['never asked for', ['call is not what was asked'], withCall(undefined, made, 0)],
  ['another one', ['call is not what was asked'], withCall(asked, { ...made, arguments: '{"city":"x"}' }, 1)],
  ['not as decided', ['call is not as decided'], withCall(asked, denied, 0)],
  ['denied and made', ['called without being allowed'], withCall(withDecision('DENIED'), denied, 1)],
  ['lost with its process', [], withCall(asked, lost, 1)],
  ['lost without one', ['call is not as decided'], { ...withCall(asked, lost, 1), workersDie: false }],
  ['made again', ['called too often'], withCall(asked, made, 2)],
])('a call is judged: %s', (_, kinds, evidence) => {
  expect(checkSend(evidence).map(({ kind }) => kind)).toEqual(kinds);
});
