/** Fields that the schema broadcasts to an audience: one upstream subscription serves the whole audience. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { connect, event, follow, frames, nameOf, newUser, type User } from '../fixtures/shared-users.fixture.ts';
import { openTestGateway } from '../fixtures/test-gateway.fixture.ts';
import { unwelcomeUser } from '../fixtures/test-graph.fixture.ts';

describe('a field that the schema broadcasts', () => {
  const colleague = (user: User): User => ({ ...user, userId: randomUUID() });

  test.each([
    ['news', 1],
    ['tenantNews', 2],
    ['ownNews', 3],
  ])('as %s reaches its audience by one upstream subscription', async (field, upstreams) => {
    await using gateway = await openTestGateway();
    const { stories, logs } = gateway.graph;
    const [first, stranger] = [newUser(), newUser()];
    const users = [first, first, colleague(first), stranger];
    const clients = await Promise.all(users.map((user) => connect(gateway, user)));
    const query = `subscription { ${field} { seq text } }`;
    for (const client of clients) await follow(client, query);
    await stories.untilRunning(upstreams);
    logs.append('news', 'a');
    const received = await Promise.all(clients.map((client) => frames(client, 1)));
    const initiators = { news: [0, 0, 0, 0], tenantNews: [0, 0, 0, 3], ownNews: [0, 0, 2, 3] }[field] ?? [];
    expect(received).toEqual(initiators.map((index) => [event(field, 1, `a for ${nameOf(users[index] ?? first)}`)]));
    for (const client of clients) await client[Symbol.asyncDispose]();
    await stories.untilRunning(0);
  });

  test('delivers to a late subscriber the events from then on', async () => {
    await using gateway = await openTestGateway();
    const { stories, logs } = gateway.graph;
    const user = newUser();
    await using one = await connect(gateway, user);
    await using two = await connect(gateway, newUser());
    const query = 'subscription { news { seq } }';
    await follow(one, query);
    await stories.untilRunning(1);
    logs.append('news', 'a');
    await frames(one, 1);
    await follow(two, query);
    logs.append('news', 'b');
    for (const client of [one, two])
      expect(await frames(client, 1)).toMatchObject([{ payload: { data: { news: { seq: 2 } } } }]);
    expect(stories.subscribed).toHaveLength(1);
  });

  test('is lost for everybody in its audience, never completed', async () => {
    await using gateway = await openTestGateway();
    const { stories } = gateway.graph;
    await using one = await connect(gateway, newUser());
    await using two = await connect(gateway, newUser());
    for (const client of [one, two]) await follow(client, 'subscription { news { seq } }');
    await stories.untilRunning(1);
    await stories.kill();
    for (const client of [one, two]) {
      expect(await frames(client, 1)).toMatchObject([
        { type: 'error', payload: [{ extensions: { code: 'SUBSCRIPTION_LOST' } }] },
      ]);
    }
  });

  test('is refused to one subscriber without being refused to the others', async () => {
    await using gateway = await openTestGateway();
    const { stories, logs } = gateway.graph;
    await using unwelcome = await connect(gateway, { ...newUser(), userId: unwelcomeUser });
    const user = newUser();
    await using welcome = await connect(gateway, user);
    await using other = await connect(gateway, newUser());
    for (const client of [unwelcome, welcome, other]) await follow(client, 'subscription { news { seq text } }');
    expect(stories.running).toBe(0);
    logs.append('refusals', 'now');
    expect(await frames(unwelcome, 2)).toMatchObject([
      { type: 'next', payload: { errors: [{ extensions: { code: 'FORBIDDEN' } }] } },
      { type: 'complete' },
    ]);
    await stories.untilRunning(1);
    logs.append('news', 'a');
    for (const client of [welcome, other]) {
      expect(await frames(client, 1)).toEqual([event('news', 1, `a for ${nameOf(user)}`)]);
    }
  });

  test('is refused to each of many subscribers who are all unwelcome', async () => {
    await using gateway = await openTestGateway();
    const { stories, logs } = gateway.graph;
    const clients = await Promise.all(
      Array.from({ length: 8 }, () => connect(gateway, { ...newUser(), userId: unwelcomeUser })),
    );
    for (const client of clients) await follow(client, 'subscription { news { seq text } }');
    logs.append('refusals', 'now');
    for (const client of clients) {
      expect(await frames(client, 2)).toMatchObject([
        { type: 'next', payload: { errors: [{ extensions: { code: 'FORBIDDEN' } }] } },
        { type: 'complete' },
      ]);
      await client[Symbol.asyncDispose]();
    }
    expect(stories.subscribed).toHaveLength(8);
  });

  test('does not affect another field of the document', async () => {
    await using gateway = await openTestGateway();
    await using one = await connect(gateway, newUser());
    await using two = await connect(gateway, newUser());
    const query = 'subscription { news @skip(if: true) { seq } ... { ticks { seq } } }';
    await follow(one, query);
    await follow(two, query);
    await gateway.graph.stories.untilRunning(2);
  });

  test.each([
    ['news', 'SUBSCRIPTION_LOST'],
    ['ownNews', 'FORBIDDEN'],
  ])('as %s that ends for its initiator ends for others of its audience with %s', async (field, code) => {
    await using gateway = await openTestGateway();
    const { stories, logs } = gateway.graph;
    const user = newUser();
    await using initiator = await connect(gateway, user);
    await using other = await connect(gateway, field === 'news' ? newUser() : user);
    for (const client of [initiator, other]) await follow(client, `subscription { ${field} { seq text } }`);
    await stories.untilRunning(1);
    logs.append('news', 'a');
    for (const client of [initiator, other]) await frames(client, 1);
    logs.append('news', '<forbidden>');
    const ended = (by: string): object => ({ type: 'error', payload: [{ extensions: { code: by } }] });
    expect(await frames(initiator, 1)).toMatchObject([ended('FORBIDDEN')]);
    expect(await frames(other, 1)).toMatchObject([ended(code)]);
  });
});
