import { randomUUID } from 'node:crypto';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createDirectory } from '#tests/services/directory.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { connectRedis } from '../connections/redis.ts';
import { createLogger } from '../log.ts';
import { createEmbeddedSignals } from '../signals/embedded-signals.ts';
import { createRedisSignals } from '../signals/redis-signals.ts';
import { openEmbeddedSessions } from './embedded-sessions.ts';
import { createRedisSessions } from './redis-sessions.ts';
import { newSession, sessionsContract } from './sessions.contract.ts';

const logger = createLogger('test', 'silent');

const openEmbedded = (dataDirectory: string, mostSessions?: number) =>
  openEmbeddedSessions({
    dataDirectory,
    signals: createEmbeddedSignals(logger),
    logger,
    ...(mostSessions === undefined ? {} : { mostSessions }),
  });

sessionsContract('embedded', async () => {
  const directory = await createDirectory();
  const signals = createEmbeddedSignals(logger);
  const sessions = await openEmbeddedSessions({ dataDirectory: directory.path, signals, logger });
  return {
    sessions,
    elsewhere: sessions,
    signals,
    async [Symbol.asyncDispose]() {
      await sessions[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
});

for (const service of ['redis', 'redis-cluster'] as const) {
  sessionsContract(service, async () => {
    const stack = new AsyncDisposableStack();
    const url = await sharedService(service);
    const open = async () => {
      const redis = stack.use(await connectRedis(url, logger, 10_000));
      const signals = createRedisSignals(redis, logger);
      return { signals, sessions: createRedisSessions(redis, signals) };
    };
    const [here, there] = [await open(), await open()];
    return { ...here, elsewhere: there.sessions, [Symbol.asyncDispose]: () => stack.disposeAsync() };
  });
}

test('embedded sessions survive a restart in files that only their owner can read, and expired ones leave none', async () => {
  await using directory = await createDirectory();
  const files = join(directory.path, 'sessions');
  const session = newSession();
  {
    await using sessions = await openEmbedded(directory.path);
    await sessions.create(session, 'first', 10);
    await sessions.create(newSession({ idleMs: 1 }), 'sealed', 10);
    await sessions.replaceTokens(session.id, 1, 'second');
  }
  await writeFile(join(files, `${randomUUID()}.json`), '{"half');
  await using again = await openEmbedded(directory.path);
  expect(await again.find(session.id)).toEqual({ ...session, tokens: 'second', version: 2 });
  expect(await again.list(session.tenantId, session.userId)).toEqual([session]);
  await again[Symbol.asyncDispose]();
  expect(await readdir(files)).toEqual([`${session.id}.json`]);
  expect((await stat(join(files, `${session.id}.json`))).mode & 0o777).toBe(0o600);
});

test('an embedded session that has ended leaves no file', async () => {
  await using directory = await createDirectory();
  await using sessions = await openEmbedded(directory.path);
  const session = newSession();
  await sessions.create(session, 'sealed', 10);
  const file = join(directory.path, 'sessions', `${session.id}.json`);
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ id: session.id });
  await sessions.end(session);
  expect(await readdir(join(directory.path, 'sessions'))).toEqual([]);
});

test('beyond their bound the embedded sessions end the one that was used least recently', async () => {
  await using directory = await createDirectory();
  await using sessions = await openEmbedded(directory.path, 2);
  const before = Date.now() - 120_000;
  const [one, two, three] = [1, 2, 3].map(() => newSession({ lastUsedAt: before }));
  if (!one || !two || !three) throw new Error('three sessions');
  await sessions.create(one, 'sealed', 10);
  await sessions.create(two, 'sealed', 10);
  await sessions.use(one.id);
  await sessions.create(three, 'sealed', 10);
  const left = await Promise.all([one, two, three].map(({ id }) => sessions.find(id)));
  expect(left.map((session) => session?.id)).toEqual([one.id, undefined, three.id]);
});
