import { expect, test } from 'vitest';
import { createTenantSlots } from './tenant-slots.ts';

const nobody = new AbortController().signal;

test('calls beyond the bound wait in order, calls beyond the queue fail, and other tenants wait for neither', async () => {
  const slots = createTenantSlots({ atOnce: 2, maxWaiting: 2 });
  const order: string[] = [];
  const held = [await slots.take('acme', nobody), await slots.take('acme', nobody)];
  const third = slots.take('acme', nobody).then((slot) => {
    order.push('third');
    return slot;
  });
  const fourth = slots.take('acme', nobody).then(() => order.push('fourth'));
  await expect(slots.take('acme', nobody)).rejects.toMatchObject({ code: 'BUSY' });
  (await slots.take('globex', nobody))[Symbol.dispose]();
  expect(order).toEqual([]);
  held[0]?.[Symbol.dispose]();
  (await third)[Symbol.dispose]();
  await fourth;
  expect(order).toEqual(['third', 'fourth']);
});

test('an aborted call leaves the queue', async () => {
  const slots = createTenantSlots({ atOnce: 1, maxWaiting: 1 });
  const held = await slots.take('acme', nobody);
  const stop = new AbortController();
  const stopped = slots.take('acme', stop.signal);
  stop.abort();
  await expect(stopped).rejects.toMatchObject({ code: 'STOPPED' });
  const next = slots.take('acme', nobody);
  held[Symbol.dispose]();
  (await next)[Symbol.dispose]();
  await expect(slots.take('acme', stop.signal)).rejects.toMatchObject({ code: 'STOPPED' });
});
