import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { sharedService } from '#tests/services/shared-services.ts';
import { startTcpProxy } from '#tests/services/tcp-proxy.ts';
import { connectRedis } from '../connections/redis.ts';
import { createLogger } from '../log.ts';
import { createEmbeddedSignals } from './embedded-signals.ts';
import { createRedisSignals } from './redis-signals.ts';
import { listen, signalsContract } from './signals.contract.ts';

const logger = createLogger('test', 'silent');

signalsContract('embedded', async () => {
  const signals = createEmbeddedSignals(logger);
  return { signals, elsewhere: signals, [Symbol.asyncDispose]: () => signals[Symbol.asyncDispose]() };
});

for (const service of ['redis', 'redis-cluster'] as const) {
  signalsContract(service, async () => {
    const stack = new AsyncDisposableStack();
    const url = await sharedService(service);
    const open = async () => createRedisSignals(stack.use(await connectRedis(url, logger, 10_000)), logger);
    return { signals: await open(), elsewhere: await open(), [Symbol.asyncDispose]: () => stack.disposeAsync() };
  });
}

test('Redis signals arrive again after a lost connection without further action', async () => {
  await using wire = await startTcpProxy(await sharedService('redis'));
  await using near = await connectRedis(wire.url, logger, 10_000);
  await using far = await connectRedis(await sharedService('redis'), logger, 10_000);
  const { heard } = await listen(createRedisSignals(near, logger), 'after-the-cut');
  const elsewhere = createRedisSignals(far, logger);
  wire.cut();
  await vi.waitFor(async () => {
    await elsewhere.publish('after-the-cut', 'heard');
    expect(heard).toContain('heard');
  }, 10_000);
  await near.ping();
});

test('a connection that is closed while it resubscribes causes no unhandled rejection', async () => {
  const unhandled: unknown[] = [];
  const note = (fault: unknown) => unhandled.push(fault);
  process.on('unhandledRejection', note);
  try {
    await using wire = await startTcpProxy(await sharedService('redis'));
    await using connection = await connectRedis(wire.url, logger, 10_000);
    await listen(createRedisSignals(connection, logger), 'closed-at-once');
    const back = once(connection.subscriber, 'ready');
    wire.cut();
    await back;
    wire.stall();
    const ended = once(connection.subscriber, 'end');
    await connection[Symbol.asyncDispose]();
    await ended;
    await new Promise(setImmediate);
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', note);
  }
});
