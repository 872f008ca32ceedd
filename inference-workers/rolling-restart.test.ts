/** Worker processes that are replaced one after the other while they write long replies, on real services. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { textOf } from '#tests/scripted-provider/script.ts';
import { openWorkerProcesses } from './worker-process.fixture.ts';

test('replacing every worker, one after the other, asks no model again for a reply that ends within the grace', async () => {
  await using processes = await openWorkerProcesses();
  const { provider, results } = processes;
  const environment = { SHUTDOWN_GRACE_MS: '60000' };
  const stopped = async (worker: ChildProcess): Promise<void> => {
    const exited = once(worker, 'exit');
    worker.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  };
  const old = [await processes.startWorker(environment), await processes.startWorker(environment)];
  const replies = await Promise.all(Array.from({ length: 8 }, () => processes.send('script: tokens=300 pace=10')));
  while (provider.requests.length < replies.length) await provider.nextRequest();
  const late: string[] = [];
  for (const worker of old) {
    const ending = stopped(worker);
    await processes.startWorker(environment);
    late.push(await processes.send('script: tokens=300 pace=10'));
    await ending;
  }
  await processes.finished(replies.length + late.length);
  expect(results.map(({ status, text, attempt }) => [status, text, attempt])).toEqual(
    results.map(() => ['COMPLETED', textOf(300), 1]),
  );
  expect(provider.requests).toHaveLength(replies.length + late.length);
});
