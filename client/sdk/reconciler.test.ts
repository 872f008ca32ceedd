import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type MessageView, mergeViews } from './message-view.ts';
import { createReconciler, type MessageEvent } from './reconciler.ts';

const asked = {
  ...{ id: 'a', name: 'look_up', mcpServer: null, arguments: '{}' },
  ...{ status: 'RUNNING' as const, decision: null, result: null },
};
const completedCall = { ...asked, status: 'COMPLETED' as const, result: '42' };

const messageId = '0197c3a0-0000-7000-8000-000000000000';

const middle = fc.oneof(
  { weight: 6, arbitrary: fc.string({ maxLength: 4 }).map((text) => ({ __typename: 'TokenDelta' as const, text })) },
  {
    weight: 3,
    arbitrary: fc.string({ maxLength: 4 }).map((text) => ({ __typename: 'ReasoningDelta' as const, text })),
  },
  { weight: 1, arbitrary: fc.constant({ __typename: 'MessageReset' as const, reason: 'WORKER_REPLACED' as const }) },
  { weight: 1, arbitrary: fc.constant({ __typename: 'MessageStarted' as const, attempt: 1, model: { id: 'm' } }) },
);
const end = fc.constantFrom(
  {
    __typename: 'MessageCompleted' as const,
    message: { status: 'COMPLETED' as const, finishReason: 'STOP' as const, content: '', reuse: null },
  },
  { __typename: 'MessageFailed' as const, failure: { code: 'MODEL_ERROR' as const, message: 'No.', retryable: true } },
);
/** A whole stream, with seq from 1 and without gaps. */
const stream = fc
  .tuple(fc.array(middle, { maxLength: 30 }), end)
  .map(([events, last]): MessageEvent[] => [...events, last].map((event, index) => ({ ...event, seq: index + 1 })));

/** What one connection does: how much it repeats, how much it delivers, and what it loses on the way. */
const connection = fc.record({
  repeats: fc.nat({ max: 5 }),
  delivers: fc.nat({ max: 8 }),
  loses: fc.option(fc.nat({ max: 8 }), { nil: undefined }),
});

interface Connection {
  readonly repeats: number;
  readonly delivers: number;
  readonly loses: number | undefined;
}

const joined = (type: 'TokenDelta' | 'ReasoningDelta', events: readonly MessageEvent[]): string =>
  events.reduce((text, event) => {
    if (event.__typename === 'MessageReset') return '';
    return event.__typename === type ? text + event.text : text;
  }, '');
const textOf = (events: readonly MessageEvent[]): string => joined('TokenDelta', events);

/** Feeds connections, the last of which delivers everything that is missing. Returns the views. */
const feed = (events: readonly MessageEvent[], connections: readonly Connection[]): MessageView[] => {
  const reconciler = createReconciler({ messageId });
  const views: MessageView[] = [];
  const deliver = (batch: readonly MessageEvent[]): void => {
    for (const event of batch) {
      const taken = reconciler.take(event);
      if (taken === 'gap') return;
      if (taken) views.push(taken);
    }
  };
  for (const { repeats, delivers, loses } of connections) {
    const from = Math.max(0, reconciler.view.seq - repeats);
    deliver(events.slice(from, from + delivers).filter((_, index) => index !== loses));
  }
  deliver(events.slice(reconciler.view.seq));
  return views;
};

const append = (text: string, view: MessageView): string => (view.isReset ? '' : text) + view.delta;

test('whatever connections repeat, lose or cut off, each event counts once and in order', () => {
  fc.assert(
    fc.property(stream, fc.array(connection), (events, connections) => {
      const views = feed(events, connections);
      expect(views.map(({ seq }) => seq)).toEqual(events.map(({ seq }) => seq));
      expect(views.reduce(append, '')).toBe(textOf(events));
      for (const view of views) {
        const until = events.slice(0, view.seq);
        expect(view.text).toBe(textOf(until));
        expect(view.reasoning).toBe(joined('ReasoningDelta', until));
      }
    }),
  );
});

test('views that are merged for a slow reader append to the same text', () => {
  fc.assert(
    fc.property(stream, fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1 }), (events, sizes) => {
      const views = feed(events, []);
      let text = '';
      for (let index = 0; views.length > 0; index += 1) {
        const batch = views.splice(0, sizes[index % sizes.length]);
        const merged = batch.reduce(mergeViews);
        text = append(text, merged);
        expect(text).toBe(merged.text);
      }
      expect(text).toBe(textOf(events));
    }),
  );
});

test('a stored message that is adopted appends to the text, whatever was shown before', () => {
  fc.assert(
    fc.property(stream, fc.string(), fc.nat(), (events, content, shown) => {
      const reconciler = createReconciler({ messageId });
      let text = '';
      for (const event of events.slice(0, shown % events.length)) {
        const taken = reconciler.take(event);
        if (taken && taken !== 'gap') text = append(text, taken);
      }
      const view = reconciler.adopt({
        id: messageId,
        status: 'PARTIAL',
        finishReason: null,
        reuse: null,
        content,
        reasoning: 'hm',
        lastSeq: events.length,
        model: null,
        error: null,
        toolCalls: [completedCall],
        citations: [],
      });
      expect(append(text, view)).toBe(content);
      expect(view).toMatchObject({
        text: content,
        reasoning: 'hm',
        status: 'PARTIAL',
        toolCalls: [completedCall],
      });
    }),
  );
});

test('a lost stream that begins anew far beyond continues with its reset, and with nothing else', () => {
  const reconciler = createReconciler({ messageId });
  reconciler.take({ __typename: 'TokenDelta', seq: 1, text: 'lost' });
  const far = 2 ** 20;
  expect(reconciler.take({ __typename: 'TokenDelta', seq: far + 2, text: 'anew' })).toBe('gap');
  expect(reconciler.take({ __typename: 'MessageReset', seq: far + 1, reason: 'WORKER_REPLACED' })).toMatchObject({
    text: '',
    seq: far + 1,
    isReset: true,
  });
  expect(reconciler.take({ __typename: 'TokenDelta', seq: far + 2, text: 'anew' })).toMatchObject({ text: 'anew' });
});

test('tool calls are shown as they start and complete, are void after a reset, and none is running after the end', () => {
  const failure = { code: 'MODEL_ERROR' as const, message: 'No.', retryable: true };
  const calls = [
    { __typename: 'ToolCallStarted' as const, toolCall: asked },
    { __typename: 'ToolCallStarted' as const, toolCall: { ...asked, id: 'b' } },
    { __typename: 'ToolCallCompleted' as const, toolCall: { ...completedCall, id: 'b' } },
    { __typename: 'MessageReset' as const, reason: 'MODEL_REPLACED' as const },
    // As it is sent long after the end, when the start has no position.
    { __typename: 'ToolCallCompleted' as const, toolCall: completedCall },
    { __typename: 'ToolCallStarted' as const, toolCall: { ...asked, id: 'c' } },
    {
      __typename: 'ToolCallAwaitingApproval' as const,
      toolCall: { ...asked, id: 'c', status: 'AWAITING_APPROVAL' as const },
    },
    { __typename: 'ToolCallApproved' as const, toolCall: { ...asked, id: 'c', decision: 'APPROVED' as const } },
    {
      __typename: 'ToolCallAwaitingApproval' as const,
      toolCall: { ...asked, id: 'c', status: 'AWAITING_APPROVAL' as const },
    },
    { __typename: 'MessageFailed' as const, failure },
  ].map((event, index): MessageEvent => ({ ...event, seq: index + 1 }));
  expect(feed(calls, []).map(({ toolCalls }) => toolCalls.map(({ id, status }) => `${id} ${status}`))).toEqual([
    ['a RUNNING'],
    ['a RUNNING', 'b RUNNING'],
    ['a RUNNING', 'b COMPLETED'],
    [],
    ['a COMPLETED'],
    ['a COMPLETED', 'c RUNNING'],
    ['a COMPLETED', 'c AWAITING_APPROVAL'],
    ['a COMPLETED', 'c RUNNING'],
    ['a COMPLETED', 'c AWAITING_APPROVAL'],
    ['a COMPLETED', 'c FAILED'],
  ]);
});

test('the passages that a text may cite come before it, stay over a reset, and end as those that it cites', () => {
  const citations = [1, 2].map((index) => ({
    ...{ index, fileName: 'pump.pdf', page: 3, heading: '', quote: 'The rotor is blocked.', score: 0.5 },
    file: { id: 'f' },
  }));
  const reconciler = createReconciler({ messageId });
  const events = [
    { __typename: 'SourcesFound' as const, failed: false, citations },
    { __typename: 'TokenDelta' as const, text: 'Blocked [1].' },
    { __typename: 'MessageReset' as const, reason: 'MODEL_REPLACED' as const },
  ];
  for (const [index, event] of events.entries()) {
    const view = reconciler.take({ ...event, seq: index + 1 });
    expect(view).toMatchObject({ citations, isWithoutDocuments: false });
  }
  expect(reconciler.take({ __typename: 'SourcesFound', failed: true, citations: [], seq: 4 })).toMatchObject({
    ...{ citations: [], isWithoutDocuments: true },
  });
  const stored = { id: messageId, status: 'COMPLETED' as const, finishReason: null, reuse: null, reasoning: null };
  const more = { content: '[1]', lastSeq: 5, toolCalls: [], model: null, error: null };
  expect(reconciler.adopt({ ...stored, ...more, citations: citations.slice(0, 1) }).citations).toHaveLength(1);
});
