import { expect, test } from 'vitest';
import { createLogger } from '../log.ts';
import { serveHealth } from './health.ts';

test('live is always true; ready names the dependencies that do not respond, without reasons', async () => {
  let broken = false;
  let isAlone = false;
  const checks = {
    database: async () => {
      if (broken) throw new Error('password=hunter2');
    },
    broker: {
      async optional() {
        if (isAlone) throw new Error('ECONNREFUSED');
      },
    },
  };
  await using server = await serveHealth({
    host: '127.0.0.1',
    port: 0,
    checks,
    logger: createLogger('test', 'silent'),
  });
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`);
    return [response.status, await response.text()];
  };
  expect(await get('/health/ready')).toEqual([200, '{"status":"ready","failing":[]}']);
  isAlone = true;
  expect(await get('/health/ready')).toEqual([200, '{"status":"ready","failing":["broker"]}']);
  broken = true;
  expect(await get('/health/ready')).toEqual([503, '{"status":"not ready","failing":["database","broker"]}']);
  expect(await get('/health/live')).toEqual([200, '{"status":"live"}']);
  expect((await get('/other'))[0]).toBe(404);
});
