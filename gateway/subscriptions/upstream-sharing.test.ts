/** One upstream subscription for many equal ones of one user, and of nobody else. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { TokenOptions } from '#kernel/access-tokens/test-issuer.fixture.ts';
import { connect, event, follow, frames, nameOf, newUser, type User } from '../fixtures/shared-users.fixture.ts';
import type { Frame } from '../fixtures/socket-client.fixture.ts';
import { openTestGateway } from '../fixtures/test-gateway.fixture.ts';

const mine = 'subscription ($after: Int, $topic: String) { mine(afterSeq: $after, topic: $topic) { seq text } }';
const big = 'subscription { storyStream(id: "big") { seq text } }';

const own = (user: User, seq: number, text: string): object =>
  event('mine', seq, `${text} of ${nameOf(user)}`, String(seq));

describe('equal subscriptions of one user', () => {
  test('follow one upstream subscription, with the same events', async () => {
    await using gateway = await openTestGateway();
    const { stories, logs } = gateway.graph;
    const user = newUser();
    await using one = await connect(gateway, user);
    await using two = await connect(gateway, user);
    await follow(one, mine, { after: 0 });
    // The default has the same value.
    await follow(two, mine);
    logs.append('mine', 'a', 'b', '<end>');
    const expected = [own(user, 1, 'a'), own(user, 2, 'b'), { id: 's', type: 'complete' }];
    expect(await frames(one, 3)).toEqual(expected);
    expect(await frames(two, 3)).toEqual(expected);
    expect(stories.subscribed).toHaveLength(1);
  });

  test('that begin at different positions get the events after their own, and merge on the way', async () => {
    await using gateway = await openTestGateway();
    const { stories, logs } = gateway.graph;
    const user = newUser();
    logs.append('mine', 'a', 'b', 'c');
    const clients = await Promise.all([0, 1, 3, 0, 2].map(() => connect(gateway, user)));
    const starts = [0, 1, 3, 0, 2];
    const early: Frame[][] = [];
    for (const [index, client] of clients.entries()) early.push(await follow(client, mine, { after: starts[index] }));
    logs.append('mine', 'd', 'e');
    const texts = ['a', 'b', 'c', 'd', 'e'];
    for (const [index, client] of clients.entries()) {
      const after = starts[index] ?? 0;
      const before = early[index] ?? [];
      expect([...before, ...(await frames(client, 5 - after - before.length))]).toEqual(
        texts.slice(after).map((text, at) => own(user, after + at + 1, text)),
      );
    }
    await stories.untilRunning(1);
    logs.append('mine', 'f', '<end>');
    for (const client of clients) {
      expect(await frames(client, 2)).toEqual([own(user, 6, 'f'), { id: 's', type: 'complete' }]);
      await client[Symbol.asyncDispose]();
    }
  });

  test('end one by one, and the last one ends it at the subgraph', async () => {
    await using gateway = await openTestGateway();
    const { stories, logs } = gateway.graph;
    const user = newUser();
    await using one = await connect(gateway, user);
    await using two = await connect(gateway, user);
    const three = await connect(gateway, user);
    for (const client of [one, two, three]) await follow(client, mine);
    one.send({ id: 's', type: 'complete' });
    await three[Symbol.asyncDispose]();
    logs.append('mine', 'a');
    expect(await frames(two, 1)).toEqual([own(user, 1, 'a')]);
    expect([stories.running, stories.subscribed.length]).toEqual([1, 1]);
    two.send({ id: 's', type: 'complete' });
    await stories.untilRunning(0);
    await follow(one, mine, { after: 1 });
    logs.append('mine', 'b');
    expect(await frames(one, 1)).toEqual([own(user, 2, 'b')]);
  });

  test('end with their own tokens', async () => {
    await using gateway = await openTestGateway();
    const { stories, logs } = gateway.graph;
    const user = newUser();
    await using short = await connect(gateway, { ...user, expiresAt: Math.floor(Date.now() / 1000) + 3 });
    await using long = await connect(gateway, user);
    await follow(short, mine);
    await follow(long, mine);
    expect(await frames(short, 1)).toMatchObject([
      { type: 'error', payload: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
    ]);
    expect((await short.closed).code).toBe(4401);
    logs.append('mine', 'a');
    expect(await frames(long, 1)).toEqual([own(user, 1, 'a')]);
    expect(stories.subscribed).toHaveLength(1);
  });

  test('do not wait for one that does not read, which catches up by itself', async () => {
    await using gateway = await openTestGateway();
    const { stories, logs } = gateway.graph;
    const user = newUser();
    await using slow = await connect(gateway, user);
    await using quick = await connect(gateway, user);
    await follow(slow, big);
    await follow(quick, big);
    slow.socket.pause();
    const texts = Array.from({ length: 100 }, (_, index) => `${index} ${'x'.repeat(100_000)}`);
    logs.append('big', ...texts);
    const expected = texts.map((text, index) => event('storyStream', index + 1, text, String(index + 1)));
    expect(await frames(quick, 100)).toEqual(expected);
    slow.socket.resume();
    expect(await frames(slow, 100)).toEqual(expected);
    logs.append('big', 'last');
    const last = [event('storyStream', 101, 'last', '101')];
    expect([await frames(slow, 1), await frames(quick, 1)]).toEqual([last, last]);
    await stories.untilRunning(1);
  });

  test('continue after their own last events when the subgraph dies, together again', async () => {
    await using gateway = await openTestGateway();
    const { stories, logs } = gateway.graph;
    const user = newUser();
    await using one = await connect(gateway, user);
    await using two = await connect(gateway, user);
    await follow(one, mine);
    await follow(two, mine);
    logs.append('mine', 'a', 'b');
    await frames(one, 2);
    await frames(two, 2);
    await stories.kill();
    logs.append('mine', 'c');
    await stories.reopen();
    logs.append('mine', 'd');
    for (const client of [one, two]) expect(await frames(client, 2)).toEqual([own(user, 3, 'c'), own(user, 4, 'd')]);
    expect([stories.running, stories.subscribed.length]).toEqual([1, 2]);
  });

  test('move to a new supergraph together', async () => {
    await using gateway = await openTestGateway();
    await using other = await openTestGateway();
    const user = newUser();
    await using one = await connect(gateway, user);
    await using two = await connect(gateway, user);
    await follow(one, mine);
    await follow(two, mine);
    gateway.graph.logs.append('mine', 'a');
    await frames(one, 1);
    await frames(two, 1);
    gateway.gateway.reload(other.graph.supergraphSdl);
    await gateway.graph.stories.untilRunning(0);
    other.graph.logs.append('mine', 'a', 'b of the other');
    for (const client of [one, two]) expect(await frames(client, 1)).toEqual([own(user, 2, 'b of the other')]);
    expect(other.graph.stories.subscribed).toHaveLength(1);
  });

  test('are each completed by other subgraphs separately', async () => {
    await using gateway = await openTestGateway();
    const { stories, logs } = gateway.graph;
    const user = newUser();
    await using one = await connect(gateway, user);
    await using two = await connect(gateway, user);
    const query = 'subscription { mine { seq story { author { name } } } }';
    await follow(one, query);
    await follow(two, query);
    logs.append('mine', 'a');
    const payload = {
      data: { mine: { seq: 1, story: { author: { name: 'Name of author-of-1' } } } },
      extensions: { cursor: '1' },
    };
    for (const client of [one, two]) expect(await frames(client, 1)).toMatchObject([{ payload }]);
    expect(stories.subscribed).toHaveLength(1);
  });
});

describe('an upstream subscription is not shared with', () => {
  const user = newUser();
  test.each<[string, TokenOptions]>([
    ['another tenant', { ...user, tenantId: randomUUID() }],
    ['another user', { ...user, userId: randomUUID() }],
    ['the same user with other scopes', { ...user, scope: 'read' }],
    ['the same user with other roles', { ...user, roles: ['ADMIN'] }],
  ])('%s', async (_, other) => {
    await using gateway = await openTestGateway();
    const { stories, logs } = gateway.graph;
    await using one = await connect(gateway, user);
    await using two = await connect(gateway, other);
    await follow(one, mine);
    await follow(two, mine);
    await stories.untilRunning(2);
    logs.append('mine', 'secret');
    expect(await frames(one, 1)).toEqual([own(user, 1, 'secret')]);
    expect(await frames(two, 1)).toEqual([own({ ...user, ...other }, 1, 'secret')]);
  });

  test.each([
    ['other variables', mine, { topic: 'x' }],
    ['another document', mine.replace('seq', 'seq story { id }'), {}],
  ])('the same user with %s', async (_, query, variables) => {
    await using gateway = await openTestGateway();
    await using one = await connect(gateway, user);
    await using two = await connect(gateway, user);
    await follow(one, mine);
    await follow(two, query, variables);
    await gateway.graph.stories.untilRunning(2);
  });

  test('anybody, where the field has neither cursors nor an audience', async () => {
    await using gateway = await openTestGateway();
    await using one = await connect(gateway, user);
    await using two = await connect(gateway, user);
    await follow(one, 'subscription { ticks { seq } }');
    await follow(two, 'subscription { ticks { seq } }');
    await gateway.graph.stories.untilRunning(2);
  });
});
