/** The projection compared with graphql-js: the same documents and events give the same text. */
import { execute, parse, validate } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StreamEvent } from '#contracts/stream-event.ts';
import type { RawResult } from '#kernel/subgraph-server/raw-stream.ts';
import { type Fixture, logger, openFixture } from '../conversations.fixture.ts';
import { createConversationsSchema } from '../schema.ts';
import type { StreamServices } from '../streams/message-stream.ts';
import { createProjection } from '../streams/project-events.ts';
import { openStreamWatch } from '../streams/stream-watch.ts';
import { contextOf } from './context.fixture.ts';
import type { ConversationsContext } from './context.ts';
import { createRawMessageStream } from './raw-message-stream.ts';

const schema = createConversationsSchema();
const stack = new AsyncDisposableStack();
let fixture: Fixture;
let streams: StreamServices;

beforeAll(async () => {
  fixture = stack.use(await openFixture());
  streams = { ...fixture, watch: stack.use(await openStreamWatch({ ...fixture, logger })) };
});
afterAll(() => stack.disposeAsync());

const context = (): ConversationsContext => contextOf(fixture, streams, fixture.identity);

const events: readonly StreamEvent[] = [
  { type: 'MessageStarted', attempt: 2, modelId: 'm/1' },
  { type: 'ReasoningDelta', text: 'a "thought" \u2028 é 🙂\n' },
  { type: 'TokenDelta', text: 'a "quoted" \u2028 é 🙂 \\ text\n' },
  { type: 'ToolCallStarted', toolCall: { id: 'c1', name: 'look_up', arguments: '{"a":"\\u00e9 \\"q\\""}' } },
  {
    type: 'ToolCallCompleted',
    toolCall: { id: 'c1', name: 'look_up', arguments: '{}', status: 'FAILED', result: 'No "reply"\n.' },
  },
  { type: 'MessageReset', reason: 'WORKER_REPLACED' },
  { type: 'MessageFailed', code: 'MODEL_ERROR', message: 'It "failed".', retryable: true },
];

/** A document, and how many of the events above the projection writes; graphql-js executes the others. */
const documents: readonly (readonly [string, number])[] = [
  ['subscription { messageStream(messageId: "m") { __typename seq ... on TokenDelta { text } } }', 7],
  [
    'subscription { s: messageStream(messageId: "m") { ... on TokenDelta { text t: text } ... on ReasoningDelta { thought: text } seq kind: __typename seq messageId } }',
    7,
  ],
  [
    `subscription S { messageStream(messageId: "m") { ...E ... on MessageEvent { messageId } ... on MessageStarted { attempt } } }
     fragment E on MessageEvent { ... { seq } ...D ... on MessageReset { reason __typename } }
     fragment D on TokenDelta { seq text }`,
    7,
  ],
  [
    `subscription { messageStream(messageId: "m") { __typename ... on MessageStarted { model { id } attempt }
     ... on MessageFailed { failure { code } } ... on MessageReset { reason } } }`,
    5,
  ],
  ['subscription { messageStream(messageId: "m") { __typename ... on TokenDelta @skip(if: false) { text } } }', 0],
  ['subscription { messageStream(messageId: "m") { __typename seq @skip(if: true) messageId } }', 0],
  ['subscription { messageStream(messageId: "m") { __typename ... on TokenDelta { text @skip(if: true) seq } } }', 6],
  // Selects nothing of the other types.
  ['subscription { messageStream(messageId: "m") { ... on TokenDelta { text } } }', 7],
  [
    `subscription { messageStream(messageId: "m") { seq ... on ToolCallStarted { toolCall { ...C } } ... on ToolCallCompleted {
     call: toolCall { __typename ...C result arguments } toolCall { id } } } }
     fragment C on ToolCall { name status call: id result }`,
    7,
  ],
  // Selection sets of one object that must be merged.
  [
    `subscription { messageStream(messageId: "m") { ... on ToolCallStarted { toolCall { id } toolCall { name } }
     ... on ToolCallCompleted { toolCall { id status @skip(if: true) } } } }`,
    5,
  ],
];

test.each(documents)('writes what graphql-js returns: %s', async (query, expected) => {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  const projection = createProjection(document, undefined);
  let written = 0;
  for (const [index, event] of events.entries()) {
    const streamed = { messageId: 'm', seq: index + 7, event };
    const { data } = await execute({ schema, document, rootValue: streamed, contextValue: context() });
    const text = projection?.project(streamed);
    if (text === undefined) continue;
    written += 1;
    expect(text).toBe(JSON.stringify(data?.[projection?.responseKey ?? '']));
  }
  expect(written).toBe(expected);
});

test.each([
  'subscription { conversationsChanged { kind } }',
  'subscription { messageStream(messageId: "m") @include(if: true) { seq } }',
  'query { __typename }',
])('leaves another operation to graphql-js: %s', (query) => {
  expect(createProjection(parse(query), undefined)).toBeUndefined();
});

test('a stream writes each event, leaves the terminal one to graphql-js, and throws the same refusals', async () => {
  const conversation = await fixture.conversation();
  const { reply } = await fixture.turn(conversation, undefined, 'q', { status: 'QUEUED', content: '' });
  await fixture.streamLog.open(reply.id);
  await fixture.streamLog.append(reply.id, 1, [
    { type: 'TokenDelta', text: 'all' },
    { type: 'MessageCompleted', status: 'COMPLETED', finishReason: 'STOP' },
  ]);
  const openRaw = createRawMessageStream(schema);
  const document = parse(`subscription S($id: ID!, $after: Int = 0) { messageStream(messageId: $id, afterSeq: $after) {
    seq ... on TokenDelta { text } ... on MessageCompleted { message { content status } } } }`);
  const open = (variables: Record<string, unknown>) =>
    openRaw({ document, operationName: 'S', variables, context: context() });
  const source = await open({ id: reply.id });
  const results: RawResult[] = [];
  for (let step = await source?.next(); step && !step.done; step = await source?.next()) results.push(step.value);
  expect(results).toEqual([
    '{"data":{"messageStream":{"seq":1,"text":"all"}},"extensions":{"cursor":"1"}}',
    { data: { messageStream: { seq: 2, message: { content: 'all', status: 'COMPLETED' } } } },
  ]);
  await expect(open({ id: reply.id, after: -1 })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' });
  // graphql-js reports what is wrong with the variables.
  expect(open({})).toBeUndefined();
});
