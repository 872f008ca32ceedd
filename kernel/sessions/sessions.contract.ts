/** The contract of sessions.ts as tests for every adapter. */
import { randomUUID } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';
import type { Signals } from '../signals/signals.ts';
import { type Session, type Sessions, sessionEndedTopic } from './sessions.ts';

export interface SessionsFixture extends AsyncDisposable {
  readonly sessions: Sessions;
  /** The same sessions as another process sees them; the same object where there is only one process. */
  readonly elsewhere: Sessions;
  readonly signals: Signals;
}

const hour = 3_600_000;
/** Far more than any test needs. */
const many = 100;

export const newSession = (given: Partial<Session> = {}): Session => ({
  id: randomUUID(),
  tenantId: randomUUID(),
  userId: randomUUID(),
  createdAt: Date.now(),
  lastUsedAt: Date.now(),
  endsAt: Date.now() + 24 * hour,
  idleMs: hour,
  userAgent: 'Browser "é🙂"',
  address: '::1',
  ...given,
});

export const sessionsContract = (name: string, openFixture: () => Promise<SessionsFixture>): void => {
  describe(`${name} sessions`, () => {
    test('are found with their tokens everywhere, and an unknown one nowhere', async () => {
      await using fixture = await openFixture();
      const session = newSession();
      await fixture.sessions.create(session, 'sealed', many);
      const stored = { ...session, tokens: 'sealed', version: 1 };
      expect(await fixture.elsewhere.find(session.id)).toEqual(stored);
      expect(await fixture.elsewhere.use(session.id)).toEqual(stored);
      expect(await fixture.sessions.find(randomUUID())).toBeUndefined();
      expect(await fixture.sessions.use(randomUUID())).toBeUndefined();
    });

    test('note their use once a minute, and not when they are only looked at', async () => {
      await using fixture = await openFixture();
      const { sessions } = fixture;
      const before = Date.now() - 120_000;
      const session = newSession({ createdAt: before, lastUsedAt: before });
      await sessions.create(session, 'sealed', many);
      expect((await sessions.find(session.id))?.lastUsedAt).toBe(before);
      const used = await sessions.use(session.id);
      expect(used?.lastUsedAt).toBeGreaterThan(before);
      expect((await sessions.use(session.id))?.lastUsedAt).toBe(used?.lastUsedAt);
      expect((await fixture.elsewhere.find(session.id))?.lastUsedAt).toBe(used?.lastUsedAt);
    });

    test('end without use, and after their whole life however they are used', async () => {
      await using fixture = await openFixture();
      const { sessions } = fixture;
      const user = { tenantId: randomUUID(), userId: randomUUID() };
      const idle = newSession({ ...user, idleMs: 40 });
      const old = newSession({ ...user, endsAt: Date.now() + 40 });
      const lasting = newSession(user);
      for (const session of [idle, old, lasting]) await sessions.create(session, 'sealed', many);
      await vi.waitFor(async () => expect(await sessions.find(idle.id)).toBeUndefined(), { timeout: 5000 });
      await vi.waitFor(async () => expect(await sessions.use(old.id)).toBeUndefined(), { timeout: 5000 });
      expect(await sessions.list(user.tenantId, user.userId)).toEqual([lasting]);
      expect(await sessions.takeRefresh(idle.id, 1, hour)).toBe('ended');
      expect(await sessions.replaceTokens(old.id, 1, 'late')).toBe(false);
    });

    test('give one turn to refresh, until it is given back, over, or the tokens are replaced', async () => {
      await using fixture = await openFixture();
      const { sessions, elsewhere } = fixture;
      const { id } = await (async () => {
        const session = newSession();
        await sessions.create(session, 'first', many);
        return session;
      })();
      const turns = await Promise.all([1, 2, 3, 4].map(() => sessions.takeRefresh(id, 1, hour)));
      expect(turns.sort()).toEqual(['busy', 'busy', 'busy', 'taken']);
      expect(await elsewhere.takeRefresh(id, 1, hour)).toBe('busy');
      await sessions.giveBackRefresh(id, 1);
      expect(await elsewhere.takeRefresh(id, 1, 40)).toBe('taken');
      await vi.waitFor(async () => expect(await sessions.takeRefresh(id, 1, hour)).toBe('taken'), { timeout: 5000 });
      expect(await sessions.replaceTokens(id, 1, 'second')).toBe(true);
      expect(await elsewhere.takeRefresh(id, 1, hour)).toBe('replaced');
      expect(await elsewhere.find(id)).toMatchObject({ tokens: 'second', version: 2 });
      expect(await elsewhere.takeRefresh(id, 2, hour)).toBe('taken');
    });

    test('keep the latest tokens when somebody late brings others', async () => {
      await using fixture = await openFixture();
      const { sessions, elsewhere } = fixture;
      const session = newSession();
      await sessions.create(session, 'first', many);
      expect(await elsewhere.replaceTokens(session.id, 1, 'second')).toBe(true);
      expect(await sessions.replaceTokens(session.id, 1, 'late')).toBe(false);
      expect(await sessions.find(session.id)).toMatchObject({ tokens: 'second', version: 2 });
    });

    test('are listed for their user, newest first, and end beyond the bound, oldest first', async () => {
      await using fixture = await openFixture();
      const { sessions } = fixture;
      const user = { tenantId: randomUUID(), userId: randomUUID() };
      const all = [3, 1, 2].map((age) => newSession({ ...user, createdAt: Date.now() - age * 1000 }));
      const [third, first, second] = all;
      for (const session of all) await sessions.create(session, 'sealed', many);
      await sessions.create(newSession({ ...user, tenantId: randomUUID() }), 'sealed', many);
      expect(await fixture.elsewhere.list(user.tenantId, user.userId)).toEqual([first, second, third]);
      const latest = newSession(user);
      await sessions.create(latest, 'sealed', 2);
      expect(await fixture.elsewhere.list(user.tenantId, user.userId)).toEqual([latest, first]);
    });

    test('end for good, everywhere, with an announcement', async () => {
      await using fixture = await openFixture();
      const { sessions, elsewhere } = fixture;
      const session = newSession();
      await sessions.create(session, 'sealed', many);
      const heard: unknown[] = [];
      await fixture.signals.subscribe(sessionEndedTopic, (id) => void heard.push(id));
      await elsewhere.end(session);
      await elsewhere.end(session);
      await vi.waitFor(() => expect(heard).toContain(session.id), { timeout: 5000 });
      expect(heard.filter((id) => id === session.id)).toHaveLength(1);
      expect(await sessions.find(session.id)).toBeUndefined();
      expect(await sessions.replaceTokens(session.id, 1, 'late')).toBe(false);
      expect(await sessions.list(session.tenantId, session.userId)).toEqual([]);
      expect(await sessions.find(session.id)).toBeUndefined();
    });
  });
};
