import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { createEmbeddedCache } from '../cache/embedded-cache.ts';
import type { Identity } from '../identity.ts';
import { createLogger } from '../log.ts';
import { createEmbeddedSignals } from '../signals/embedded-signals.ts';
import { accessChangedTopic, accessListKey, openAccessList, type UserAccess } from './access-list.ts';

const logger = createLogger('test', 'silent');

const ada: Identity = { tenantId: randomUUID(), userId: randomUUID(), roles: ['ADMIN'], scopes: ['x'] };
const decision = (change: Partial<UserAccess>): UserAccess => ({
  tenantId: ada.tenantId,
  userId: ada.userId,
  version: 1,
  isActive: true,
  role: null,
  ...change,
});

const openAll = async (known: readonly UserAccess[] = []) => {
  await using opened = new AsyncDisposableStack();
  const cache = opened.use(createEmbeddedCache());
  const signals = opened.use(createEmbeddedSignals(logger));
  await cache.set(accessListKey, JSON.stringify(known), 60_000);
  const access = opened.use(await openAccessList({ cache, signals }, logger));
  const closing = opened.move();
  return {
    access,
    decide: (change: Partial<UserAccess>) => signals.publish(accessChangedTopic, decision(change)),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};

test('an identity keeps the roles of its token until there is a decision about the user', async () => {
  await using all = await openAll();
  expect(all.access.admit(ada)).toBe(ada);
});

test('earlier decisions hold from the start', async () => {
  await using all = await openAll([decision({ role: 'USER' })]);
  expect(all.access.admit(ada)).toEqual({ ...ada, roles: ['USER'] });
  const elsewhere = { ...ada, tenantId: randomUUID() };
  expect(all.access.admit(elsewhere)).toBe(elsewhere);
});

test('a decision holds from its signal on, reaches the listeners, and is never replaced by an older one', async () => {
  await using all = await openAll([decision({ version: 2, role: 'USER' })]);
  const heard: UserAccess[] = [];
  const close = all.access.onChange((access) => heard.push(access));
  await all.decide({ version: 3, isActive: false });
  await vi.waitFor(() => expect(() => all.access.admit(ada)).toThrow(expect.objectContaining({ code: 'FORBIDDEN' })));
  await all.decide({ version: 1 });
  await all.decide({ version: 4, role: 'BILLING_ADMIN' });
  await vi.waitFor(() => expect(all.access.admit(ada).roles).toEqual(['BILLING_ADMIN']));
  expect(heard.map(({ version }) => version)).toEqual([3, 4]);
  close();
  await all.decide({ version: 5 });
  await vi.waitFor(() => expect(all.access.admit(ada)).toBe(ada));
  expect(heard).toHaveLength(2);
});

test('an API key never has a role that it was not created with, nor one that the user has lost', async () => {
  await using all = await openAll([decision({ role: 'ADMIN' })]);
  const withKey = (...roles: Identity['roles']): Identity => ({ ...ada, roles, apiKeyId: randomUUID() });
  expect(all.access.admit(withKey('USER')).roles).toEqual(['USER']);
  expect(all.access.admit(withKey('USER', 'ADMIN', 'BILLING_ADMIN')).roles).toEqual(['USER', 'ADMIN']);
  await all.decide({ version: 2, role: 'USER' });
  await vi.waitFor(() => expect(all.access.admit(withKey('USER', 'ADMIN')).roles).toEqual(['USER']));
  await all.decide({ version: 3, isActive: false });
  await vi.waitFor(() =>
    expect(() => all.access.admit(withKey('USER'))).toThrow(expect.objectContaining({ code: 'FORBIDDEN' })),
  );
});
