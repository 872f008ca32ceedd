/**
 * Calls of tools that the user has to allow, and calls whose worker dies: the reply goes on in its stream, with one
 * bill, and each call is listed.
 */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { textOf } from '#tests/scripted-provider/script.ts';
import { type Reply, type TestClient, textOfEvents } from '#tests/support/client.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { until } from '#tests/support/until.ts';
import { openServer } from './mcp-server.ts';

const decideMutation = `mutation Decide($messageId: ID!, $toolCallId: ID!, $approve: Boolean!) {
  decideToolCall(messageId: $messageId, toolCallId: $toolCallId, approve: $approve) { id status }
}`;
const callsQuery = `query Calls($filter: ToolCallFilter!) { toolCalls(first: 20, filter: $filter) { edges { node {
  id messageId tool mcpServer status decision durationMs user { email }
} } } }`;
const callsShape = z.object({
  toolCalls: z.object({
    edges: z.array(z.object({ node: z.looseObject({ id: z.string(), messageId: z.string() }) })),
  }),
});
const decidedQuery = `query Decided($id: ID!) { message(id: $id) {
  status toolCalls { status decision mcpServer } usage { attempts { attempt } }
} }`;
const decidedShape = z.object({ message: z.looseObject({ usage: z.unknown() }) });

/** So many calls of a reply that wait for the user; fewer where it ends without asking. */
const waitingCalls = async (client: TestClient, messageId: string, count = 1) => {
  const waiting: { readonly id: string }[] = [];
  for await (const { __typename: type, toolCall } of client.stream(messageId)) {
    if (type === 'ToolCallAwaitingApproval' && toolCall) waiting.push(toolCall);
    if (waiting.length === count) break;
  }
  return waiting;
};

export const toolApprovalSuite = (parlance: () => Parlance): void => {
  test('a call that the user has to allow waits without a worker, and the reply goes on in its stream with one bill', async () => {
    await using own = await openServer(parlance());
    const { admin, server } = own;
    const [tool] = (await own.upsert()).tools;
    const called = tool?.calledName ?? '';
    await own.approve('weather', tool?.hash ?? '');
    await own.untilCalled(called);
    await own.upsert({ approval: 'ALWAYS' });
    const { messageId, waiting } = await until(
      async () => {
        const asked = await own.ask(called, ['Bonn', 'Oslo']);
        return { ...asked, waiting: await waitingCalls(admin, asked.messageId, 2) };
      },
      (asked) => asked.waiting.length === 2,
    );
    const [bonn, oslo] = waiting;
    const before = (await server.asked()).asked.length;
    const decide = (who: TestClient, id: string | undefined, approve: boolean) =>
      who.ask(decideMutation, { messageId, toolCallId: id, approve });
    const codeOf = async (reply: Promise<Reply>) => (await reply).errors[0]?.extensions.code;
    for (const other of [await parlance().as('grace'), await parlance().as('bob', { roles: ['USER', 'ADMIN'] })]) {
      expect(await codeOf(decide(other, bonn?.id, true))).toBe('NOT_FOUND');
    }
    const listed = await admin.query(callsShape, callsQuery, { filter: { mcpServer: own.name } });
    expect(listed.toolCalls.edges.slice(0, 2)).toMatchObject([
      { node: { messageId, status: 'AWAITING_APPROVAL', decision: null, durationMs: null } },
      { node: { messageId, status: 'AWAITING_APPROVAL' } },
    ]);
    expect(await codeOf(decide(admin, bonn?.id, true))).toBeUndefined();
    expect(await codeOf(decide(admin, bonn?.id, true))).toBeUndefined();
    expect(await codeOf(decide(admin, bonn?.id, false))).toBe('DECISION_NOT_AWAITED');
    expect((await server.asked()).asked).toHaveLength(before);
    expect(await codeOf(decide(admin, oslo?.id, false))).toBeUndefined();

    const events = await admin.stream(messageId).all();
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.at(-1)?.__typename).toBe('MessageCompleted');
    expect(events.filter(({ __typename: type }) => type.startsWith('ToolCall')).map((one) => one.__typename)).toEqual([
      ...['ToolCallStarted', 'ToolCallStarted', 'ToolCallAwaitingApproval', 'ToolCallAwaitingApproval'],
      ...['ToolCallApproved', 'ToolCallCompleted', 'ToolCallCompleted'].toSorted(),
    ]);
    const asked = (await server.asked()).asked.slice(before).filter(({ method }) => method === 'tools/call');
    expect(asked.flatMap((one) => one.arguments ?? [])).toEqual([{ city: 'Bonn' }]);
    const { message } = await until(
      () => admin.query(decidedShape, decidedQuery, { id: messageId }),
      (found) => found.message.usage !== null,
    );
    expect(message).toMatchObject({
      status: 'COMPLETED',
      toolCalls: [
        { status: 'COMPLETED', decision: 'APPROVED', mcpServer: own.name },
        { status: 'FAILED', decision: 'DENIED' },
      ],
      usage: { attempts: [{ attempt: 1 }, { attempt: 2 }] },
    });
    const ended = await admin.query(callsShape, callsQuery, { filter: { mcpServer: own.name, decision: 'APPROVED' } });
    expect(ended.toolCalls.edges).toMatchObject([
      { node: { id: bonn?.id, status: 'COMPLETED', user: { email: expect.stringContaining('ada') } } },
    ]);
    const grace = await parlance().as('grace');
    expect((await grace.refusal(callsQuery, { filter: {} })).extensions.code).toBe('FORBIDDEN');
    const bob = await parlance().as('bob', { roles: ['USER', 'ADMIN'] });
    expect(JSON.stringify((await bob.ask(callsQuery, { filter: {} })).data)).not.toContain(own.name);
  });

  test('a worker that is killed within a call leaves it to the next one: two calls at most, one bill, the whole reply', async () => {
    await using own = await openServer(parlance());
    const { admin, server } = own;
    const [tool] = (await own.upsert({ timeoutMs: 60_000 })).tools;
    const called = tool?.calledName ?? '';
    await own.approve('weather', tool?.hash ?? '');
    await own.untilCalled(called);
    await server.set({ behaviour: 'hang' });
    const callsOf = async () => (await server.asked()).asked.filter(({ tool: name }) => name !== undefined);
    const before = (await callsOf()).length;
    const { messageId } = await own.ask(called, ['Bonn']);
    await until(callsOf, (calls) => calls.length > before);
    await server.set({});
    await parlance().crash('worker');
    const events = await admin.stream(messageId).all();
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.filter(({ __typename: type }) => type.startsWith('ToolCall')).map((one) => one.__typename)).toEqual([
      'ToolCallStarted',
      'ToolCallCompleted',
    ]);
    const result = 'called weather with {"city":"Bonn"}';
    expect(textOfEvents(events)).toBe(`${result} ${textOf(2)}`);
    expect((await callsOf()).slice(before)).toHaveLength(2);
    const { message } = await until(
      () => admin.query(decidedShape, decidedQuery, { id: messageId }),
      (found) => found.message.usage !== null,
    );
    expect(message).toMatchObject({
      status: 'COMPLETED',
      toolCalls: [{ status: 'COMPLETED', decision: null }],
      usage: { attempts: [{ attempt: 1 }, { attempt: 2 }] },
    });
  });

  test('stopping, interrupting and deleting end a reply that waits', async () => {
    await using own = await openServer(parlance());
    const { admin } = own;
    const [tool] = (await own.upsert({ approval: 'ALWAYS' })).tools;
    const called = tool?.calledName ?? '';
    await own.approve('weather', tool?.hash ?? '');
    const ask = () =>
      until(
        async () => {
          const asked = await own.ask(called, ['Bonn']);
          return { ...asked, waiting: await waitingCalls(admin, asked.messageId) };
        },
        ({ waiting }) => waiting.length === 1,
      );
    const endOf = async (id: string) => (await admin.stream(id).all()).at(-1);
    const stopped = await ask();
    await admin.query(z.unknown(), 'mutation Stop($id: ID!) { stopGeneration(messageId: $id) { id } }', {
      id: stopped.messageId,
    });
    expect(await endOf(stopped.messageId)).toMatchObject({ message: { status: 'CANCELLED' } });
    const [call] = stopped.waiting;
    const late = { messageId: stopped.messageId, toolCallId: call?.id, approve: true };
    expect((await admin.refusal(decideMutation, late)).extensions.code).toBe('DECISION_NOT_AWAITED');

    const interrupted = await ask();
    const next = await admin.send(interrupted.conversationId, 'script: tokens=2', { onBusy: 'INTERRUPT' });
    expect(await endOf(interrupted.messageId)).toMatchObject({ message: { status: 'CANCELLED' } });
    expect(await endOf(next.assistantMessage.id)).toMatchObject({ message: { status: 'COMPLETED' } });

    const deleted = await ask();
    const stream = admin.stream(deleted.messageId);
    await stream.next();
    await admin.query(z.unknown(), 'mutation Delete($id: ID!) { deleteConversation(id: $id) { id } }', {
      id: deleted.conversationId,
    });
    await expect(stream.all()).rejects.toThrow('NOT_FOUND');
    const all = [stopped, interrupted, deleted].map(({ messageId }) => messageId);
    await until(
      () => admin.query(callsShape, callsQuery, { filter: { mcpServer: own.name, status: 'FAILED' } }),
      ({ toolCalls }) => all.every((id) => toolCalls.edges.some(({ node }) => node.messageId === id)),
    );
  });
};
