import { expect, test } from 'vitest';
import { z } from 'zod';
import { createDirectory } from '#tests/services/directory.ts';
import { startS3 } from '#tests/services/s3.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { EnvironmentError, parseEnvironment } from './config/environment.ts';
import { StartError } from './connections/start-error.ts';
import { createLogger } from './log.ts';
import { openPorts, type Ports, portsEnvironment } from './ports.ts';
import { newSession } from './sessions/sessions.contract.ts';

const logger = createLogger('test', 'silent');
const configOf = (environment: Record<string, string>) => parseEnvironment(z.object(portsEnvironment), environment);

/** Uses every port once. */
const useAll = async (ports: Ports) => {
  const { attempt } = await ports.streamLog.open('message');
  expect((await ports.streamLog.append('message', attempt, [{ type: 'TokenDelta', text: 'x' }])).lastSeq).toBe(1);
  const delivered = Promise.withResolvers<string>();
  await ports.broker.consume('generations.small', { prefetch: 1 }, async ({ id }) => {
    delivered.resolve(id);
    return 'ack';
  });
  await ports.broker.publish('jobs', 'generations.small', 'job', {});
  expect(await delivered.promise).toBe('job');
  const heard = Promise.withResolvers<unknown>();
  await ports.signals.subscribe('topic', heard.resolve);
  await ports.signals.publish('topic', 'hello');
  expect(await heard.promise).toBe('hello');
  await ports.cache.set('key', 'value', 1000);
  expect(await ports.cache.get('key')).toBe('value');
  expect((await ports.limiter.takeTokens('key', { capacity: 1, refillPerSecond: 1 }, 1)).allowed).toBe(true);
  const session = newSession();
  await ports.sessions.create(session, 'sealed', 1);
  expect(await ports.sessions.use(session.id)).toMatchObject(session);
  await ports.blobs.put('tenant/exports/all.txt', Buffer.from('all'), 'text/plain');
  expect(Buffer.from(await ports.blobs.get('tenant/exports/all.txt')).toString()).toBe('all');
};

test('without any URL every port is embedded, in the data directory', async () => {
  await using directory = await createDirectory();
  const config = configOf({ DATA_DIR: directory.path, REDIS_URL: '' });
  await using ports = await openPorts(config, logger);
  await useAll(ports);
  await ports[Symbol.asyncDispose]();
  await using again = await openPorts(config, logger);
  expect((await again.streamLog.snapshot('message'))?.text).toBe('x');
  expect(Buffer.from(await again.blobs.get('tenant/exports/all.txt')).toString()).toBe('all');
});

test('with URLs set the servers are used, and nothing is written to the data directory', async () => {
  await using s3 = await startS3('parlance');
  const [amqp, redis] = await Promise.all([sharedService('rabbitmq'), sharedService('redis-cluster')]);
  const config = configOf({
    DATA_DIR: '/dev/null/nowhere',
    RABBITMQ_URL: amqp,
    REDIS_URL: redis,
    BLOBS_URL: s3.url,
    AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
  });
  await using ports = await openPorts(config, logger);
  await useAll(ports);
});

test('a server that does not respond is named, and ports that were open are closed again', async () => {
  await using directory = await createDirectory();
  const config = configOf({
    DATA_DIR: directory.path,
    RABBITMQ_URL: 'amqp://127.0.0.1:1',
    REDIS_URL: await sharedService('redis'),
    SERVICE_START_TIMEOUT_MS: '300',
  });
  await expect(openPorts(config, logger)).rejects.toBeInstanceOf(StartError);
});

test('names every variable that cannot be used', () => {
  const wrong = {
    RABBITMQ_URL: 'http://rabbit',
    REDIS_URL: 'redis',
    BLOBS_URL: 'file:///tmp',
    SERVICE_START_TIMEOUT_MS: 'soon',
  };
  expect(() => configOf(wrong)).toThrow(EnvironmentError);
  for (const variable of Object.keys(wrong)) expect(() => configOf(wrong)).toThrow(variable);
});

test('describes every variable', () => {
  for (const field of Object.values(portsEnvironment)) expect(field.description).toMatch(/\S/);
});
