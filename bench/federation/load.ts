/**
 * Asks a gateway one operation over and over, one request at a time on each connection, and checks the length of every
 * response.
 */
import { Pool } from 'undici';
import { readFigures } from '../process-figures.ts';
import type { RunningGateway } from './gateways.ts';

export interface Load {
  readonly operation: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface Measured {
  readonly requestsPerSecond: number;
  readonly cpuMsPerRequest: number;
  readonly milliseconds: readonly number[];
  readonly residentBytes: number;
  readonly responseBytes: number;
}

export const measureGateway = async (gateway: RunningGateway, load: Load): Promise<Measured> => {
  const { origin, pathname } = new URL(gateway.url);
  const pool = new Pool(origin, { connections: load.connections, pipelining: 1 });
  const body = JSON.stringify({ query: load.operation });
  const headersOf = (connection: number): string[] => {
    const token = gateway.tokens[connection];
    const headers = ['content-type', 'application/json', 'accept', 'application/json'];
    return token === undefined ? headers : [...headers, 'authorization', `Bearer ${token}`];
  };
  /** @returns the bytes of the response. Reads no more than that: the load must not cost what the gateway could use. */
  const ask = (connection: number): Promise<number> =>
    new Promise((resolve, reject) => {
      let bytes = 0;
      pool.dispatch(
        { path: pathname, method: 'POST', headers: headersOf(connection), body },
        {
          onRequestStart() {},
          onResponseStart(_, status) {
            if (status !== 200) reject(new Error(`a gateway responded ${status}`));
          },
          onResponseData(_, chunk) {
            bytes += chunk.length;
          },
          onResponseEnd: () => resolve(bytes),
          onResponseError: (_, fault) => reject(fault),
        },
      );
    });
  const first = await pool.request({ path: pathname, method: 'POST', headers: headersOf(0), body });
  const text = await first.body.text();
  if (text.includes('"errors"')) throw new Error(text.slice(0, 500));
  const expected = await ask(0);

  const milliseconds: number[] = [];
  const cpu = async () => {
    const figures = (await readFigures(new Map([['gateway', gateway.pid]]))).get('gateway');
    if (!figures) throw new Error('the gateway is gone');
    return figures;
  };
  const run = async (seconds: number): Promise<void> => {
    const end = performance.now() + seconds * 1000;
    const one = async (connection: number): Promise<void> => {
      while (performance.now() < end) {
        const before = performance.now();
        const bytes = await ask(connection);
        if (bytes !== expected) throw new Error(`a response of ${bytes} bytes in place of ${expected}`);
        milliseconds.push(performance.now() - before);
      }
    };
    await Promise.all(Array.from({ length: load.connections }, (_, connection) => one(connection)));
  };
  await run(load.seconds / 2);
  milliseconds.length = 0;
  const before = await cpu();
  const started = performance.now();
  await run(load.seconds);
  const elapsed = performance.now() - started;
  const after = await cpu();
  await pool.close();
  return {
    requestsPerSecond: (milliseconds.length / elapsed) * 1000,
    cpuMsPerRequest: ((after.cpuSeconds - before.cpuSeconds) * 1000) / milliseconds.length,
    milliseconds,
    residentBytes: after.residentBytes,
    responseBytes: expected,
  };
};
