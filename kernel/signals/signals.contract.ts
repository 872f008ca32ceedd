/** The contract of signals.ts as tests for every adapter. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import type { Json } from '../broker/broker.ts';
import { iterateSignals } from './iterate-signals.ts';
import type { Signals } from './signals.ts';

export interface SignalsFixture extends AsyncDisposable {
  readonly signals: Signals;
  /** The same signals as another process sees them; the same object where there is only one process. */
  readonly elsewhere: Signals;
}

/** Subscribes and collects payloads. */
export const listen = async (signals: Signals, topic: string) => {
  const heard: Json[] = [];
  const close = await signals.subscribe(topic, (payload) => void heard.push(payload));
  const until = (count: number) => vi.waitFor(() => expect(heard).toHaveLength(count), { timeout: 5000 });
  return { heard, close, until };
};

export const signalsContract = (name: string, openFixture: () => Promise<SignalsFixture>): void => {
  describe(`${name} signals`, () => {
    test('reach every listener of the topic once, and nobody else', async () => {
      await using fixture = await openFixture();
      const { signals, elsewhere } = fixture;
      const topic = randomUUID();
      const listeners = [await listen(signals, topic), await listen(signals, topic), await listen(elsewhere, topic)];
      const other = await listen(signals, `${topic}*`);
      for (const payload of [1, { text: 'é🙂' }, null, 'last']) await elsewhere.publish(topic, payload);
      for (const { heard, until } of listeners) {
        await until(4);
        // The order is not guaranteed: each signal may take another way through a cluster.
        const wanted = [1, { text: 'é🙂' }, null, 'last'];
        expect(new Set(heard.map((payload) => JSON.stringify(payload)))).toEqual(
          new Set(wanted.map((payload) => JSON.stringify(payload))),
        );
      }
      expect(other.heard).toEqual([]);
    });

    test('arrive from the moment that subscribe resolves', async () => {
      await using fixture = await openFixture();
      for (let round = 0; round < 20; round += 1) {
        const topic = randomUUID();
        const { until } = await listen(fixture.signals, topic);
        await fixture.elsewhere.publish(topic, round);
        await until(1);
      }
    });

    test('do not arrive after the subscription is closed, and do again after a new one', async () => {
      await using fixture = await openFixture();
      const { signals } = fixture;
      const topic = randomUUID();
      const closed = await listen(signals, topic);
      const open = await listen(signals, topic);
      await closed.close();
      await closed.close();
      await signals.publish(topic, 'one');
      await open.until(1);
      await open.close();
      await signals.publish(topic, 'nobody listens');
      const again = await listen(signals, topic);
      await signals.publish(topic, 'two');
      await again.until(1);
      expect([closed.heard, open.heard, again.heard]).toEqual([[], ['one'], ['two']]);
    });

    test('continue when a listener throws', async () => {
      await using fixture = await openFixture();
      const { signals } = fixture;
      const topic = randomUUID();
      await signals.subscribe(topic, () => {
        throw new Error('A listener of the test fails');
      });
      const { heard, until } = await listen(signals, topic);
      await signals.publish(topic, 1);
      await until(1);
      await signals.publish(topic, 2);
      await until(2);
      expect(heard).toEqual([1, 2]);
    });

    test('come to a reader with a pace as the latest only, from all of its topics, and its end does not wait', async () => {
      await using fixture = await openFixture();
      const { signals, elsewhere } = fixture;
      const topics = [randomUUID(), randomUUID()];
      const paced = await iterateSignals(signals, topics, Number, { paceMs: 600_000 });
      const shortly = await iterateSignals(signals, topics, Number, { paceMs: 10 });
      const { until } = await listen(signals, topics[1] ?? '');
      await elsewhere.publish(topics[0] ?? '', 1);
      expect([await paced.next(), await shortly.next()]).toEqual(Array(2).fill({ done: false, value: 1 }));
      for (const count of [2, 3, 4]) await elsewhere.publish(topics[1] ?? '', count);
      await until(3);
      const [second, early] = [shortly.next(), paced.next()];
      expect([2, 3, 4]).toContain((await second).value);
      expect(await Promise.race([early, new Promise((resolve) => setImmediate(resolve, 'nothing yet'))])).toBe(
        'nothing yet',
      );
      await paced.return?.();
      expect(await early).toEqual({ done: true, value: undefined });
      await elsewhere.publish(topics[0] ?? '', 5);
      let last: unknown;
      while (last !== 5) last = (await shortly.next()).value;
      await shortly.return?.();
    });

    test('respond to a ping', async () => {
      await using fixture = await openFixture();
      await expect(fixture.signals.ping()).resolves.toBeUndefined();
    });
  });
};
