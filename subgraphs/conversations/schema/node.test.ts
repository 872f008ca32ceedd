/** Refetching by id, as Relay does it, and what a stored failure shows. */
import { execute, parse, validate } from 'graphql';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Identity } from '#contracts/identity.ts';
import { type Fixture, logger, newIdentity, openFixture } from '../conversations.fixture.ts';
import { ConversationEntity } from '../entities.ts';
import { createConversationsSchema } from '../schema.ts';
import type { StreamServices } from '../streams/message-stream.ts';
import { openStreamWatch } from '../streams/stream-watch.ts';
import { contextOf } from './context.fixture.ts';

const schema = createConversationsSchema();
const stack = new AsyncDisposableStack();
let fixture: Fixture;
let streams: StreamServices;
beforeAll(async () => {
  fixture = stack.use(await openFixture());
  streams = { ...fixture, watch: stack.use(await openStreamWatch({ ...fixture, logger })) };
});
afterAll(() => stack.disposeAsync());

const ask = async (query: string, id: string, identity: Identity = fixture.identity): Promise<unknown> => {
  const document = parse(query);
  expect(validate(schema, document)).toEqual([]);
  const contextValue = contextOf(fixture, streams, identity);
  const { data, errors } = await execute({ schema, document, variableValues: { id }, contextValue });
  expect(errors).toBeUndefined();
  return JSON.parse(JSON.stringify(data));
};
/** What Relay's compiler writes for a refetchable fragment. */
const refetch = `query RefetchQuery($id: ID!) { node(id: $id) { __typename ...Refetched id } }
  fragment Refetched on Message { content conversation { id } }`;

test('a conversation and a message are found by their ids alone', async () => {
  const conversation = await fixture.conversation();
  const { question } = await fixture.turn(conversation, undefined, 'q');
  expect(await ask(refetch, question.id)).toEqual({
    node: { __typename: 'Message', id: question.id, content: 'q', conversation: { id: conversation.id } },
  });
  expect(await ask(refetch, conversation.id)).toEqual({ node: { __typename: 'Conversation', id: conversation.id } });
});

test('a node is null where the query of its own type is: elsewhere, deleted, unknown, and no id', async () => {
  const conversation = await fixture.conversation();
  const { reply } = await fixture.turn(conversation, undefined, 'q');
  const { tenantId } = fixture.identity;
  const strangers: readonly Identity[] = [
    newIdentity(),
    { ...newIdentity(), tenantId },
    { ...newIdentity(), roles: ['ADMIN'] },
  ];
  for (const stranger of strangers) {
    for (const id of [conversation.id, reply.id]) expect(await ask(refetch, id, stranger)).toEqual({ node: null });
  }
  const admin: Identity = { ...newIdentity(), tenantId, roles: ['ADMIN'] };
  expect(await ask(refetch, reply.id, admin)).toMatchObject({ node: { id: reply.id } });
  for (const id of [uuidv7(), 'no id', '']) expect(await ask(refetch, id)).toEqual({ node: null });
  const em = fixture.database.forTenant(tenantId);
  await em.nativeUpdate(ConversationEntity, { id: conversation.id }, { deletedAt: new Date() });
  expect(await ask(refetch, conversation.id)).toEqual({ node: null });
});

test('the code of a failure is one of the enum, also where a later version stored one that is unknown here', async () => {
  const conversation = await fixture.conversation();
  const change = { status: 'FAILED', failure: { code: 'WORKER_LOST', message: 'Lost.', retryable: true } } as const;
  const { reply } = await fixture.turn(conversation, undefined, 'q', change);
  const query = 'query ($id: ID!) { message(id: $id) { error { code retryable } } }';
  expect(await ask(query, reply.id)).toEqual({ message: { error: { code: 'WORKER_LOST', retryable: true } } });
  const later = JSON.stringify({ code: 'CODE_OF_NEXT_YEAR', message: 'New.', retryable: false });
  await fixture.database
    .forTenant(fixture.identity.tenantId)
    .transactional((em) => em.execute('update conversations.messages set failure = ? where id = ?', [later, reply.id]));
  expect(await ask(query, reply.id)).toEqual({
    message: { error: { code: 'INTERNAL_SERVER_ERROR', retryable: false } },
  });
});
