import { expect, test } from 'vitest';
import { openSignedIn } from '../fixtures/socket-client.fixture.ts';
import { openTestGateway } from '../fixtures/test-gateway.fixture.ts';
import { createFairQueue } from '../planning/fair-queue.ts';
import { createMessageIntake } from './message-intake.ts';

const large = (name: string): Buffer => Buffer.from(`${name} ${'x'.repeat(100_000)}`);
const nameOf = (text: string): string => text.split(' ', 1)[0] ?? '';

test('large messages wait in the fair queue, small ones of the same client wait behind them, and those of others do not wait', async () => {
  const queue = createFairQueue();
  const taken: string[] = [];
  const paused = new Set<string>();
  const ended = Promise.withResolvers<void>();
  const client = (sender: string) =>
    createMessageIntake({
      queue,
      sender: () => sender,
      take(text) {
        taken.push(nameOf(text));
        if (text === 'end') ended.resolve();
      },
      refuse: () => taken.push(`${sender} refused`),
      pause: () => paused.add(sender),
      resume: () => paused.delete(sender),
    });
  const [one, other] = [client('one'), client('other')];
  for (const name of ['a', 'b', 'c']) one(large(name));
  one(Buffer.from('end'));
  other(Buffer.from('small'));
  expect(taken).toEqual(['small']);
  expect([...paused]).toEqual(['one']);
  await ended.promise;
  expect(taken).toEqual(['small', 'a', 'b', 'c', 'end']);
  await new Promise((resolve) => setImmediate(resolve));
  expect(paused.size).toBe(0);
  one(Buffer.from('again'));
  expect(taken.at(-1)).toBe('again');
});

test('a subscription with a large message is completed by the message right behind it', async () => {
  await using gateway = await openTestGateway();
  await using client = await openSignedIn(gateway.socketUrl, await gateway.issuer.token());
  const variables = { unused: 'x'.repeat(200_000) };
  for (let id = 0; id < 20; id += 1) {
    client.send({ id: `s${id}`, type: 'subscribe', payload: { query: 'subscription { ticks { seq } }', variables } });
    client.send({ id: `s${id}`, type: 'complete' });
  }
  client.send({ id: 'query', type: 'subscribe', payload: { query: '{ __typename }' } });
  expect(await client.frames(2)).toMatchObject([
    { id: 'query', type: 'next' },
    { id: 'query', type: 'complete' },
  ]);
  await gateway.graph.stories.untilRunning(0);
  gateway.graph.logs.tick('without subscribers');
  client.send({ id: 'last', type: 'subscribe', payload: { query: '{ __typename }' } });
  expect((await client.frame()).id).toBe('last');
});
