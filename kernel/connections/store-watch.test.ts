import { expect, test, vi } from 'vitest';
import { createLogger } from '../log.ts';
import { watchStore } from './store-watch.ts';

const logger = createLogger('test', 'silent');
const patience = { timeout: 20_000 };

/** A store that a test switches off, with the number of its pings. */
const openStore = () => {
  const store = { fault: undefined as Error | undefined, asked: 0 };
  const ping = async (): Promise<void> => {
    store.asked += 1;
    if (store.fault) throw store.fault;
  };
  return { store, ping };
};

test('a store is away when it has not responded for the set time, and back when it responds', async () => {
  const { store, ping } = openStore();
  await using watch = watchStore({ store: 'x', ping, logger, everyMs: 5, awayAfterMs: 50, settleMs: 20 });
  const changes: boolean[] = [];
  watch.onChange((isAway) => changes.push(isAway));
  await vi.waitFor(() => expect(store.asked).toBeGreaterThan(2), patience);
  expect(watch.isAway).toBe(false);
  store.fault = new Error('refused');
  await vi.waitFor(() => expect(watch.isAway).toBe(true), patience);
  await expect(watch.ping()).rejects.toThrow('refused');
  store.fault = undefined;
  await vi.waitFor(() => expect(watch.isAway).toBe(false), patience);
  expect(changes).toEqual([true, false]);
});

test('a store that fails for less than that time never counts as away', async () => {
  const { store, ping } = openStore();
  await using watch = watchStore({ store: 'x', ping, logger, everyMs: 5, awayAfterMs: 3_600_000 });
  const changes: boolean[] = [];
  watch.onChange((isAway) => changes.push(isAway));
  store.fault = new Error('refused');
  const { asked } = store;
  await vi.waitFor(() => expect(store.asked).toBeGreaterThan(asked + 5), patience);
  store.fault = undefined;
  await vi.waitFor(() => expect(store.asked).toBeGreaterThan(asked + 10), patience);
  expect(changes).toEqual([]);
});

test('a store that never responds is away too', async () => {
  await using watch = watchStore({
    store: 'x',
    ping: () => new Promise(() => undefined),
    logger,
    everyMs: 5,
    awayAfterMs: 10,
  });
  await vi.waitFor(() => expect(watch.isAway).toBe(true), patience);
});
