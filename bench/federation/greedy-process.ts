/**
 * A user who asks for more than a fair share: `greedy-process.ts URL TOKEN KIND SECONDS` sends 25 requests of a kind at
 * once, and again as soon as all responses are there, at most five times a second. Reports by IPC how many responses
 * had which status.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Pool } from 'undici';
import { greedyOperations } from './greedy-operations.ts';

const [url = '', token = '', kind = '', seconds = '0'] = process.argv.slice(2);
const { origin, pathname } = new URL(url);
const pool = new Pool(origin, { connections: 25 });
const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
const responses = new Map<number, number>();
let number = 0;
const one = async (): Promise<void> => {
  number += 1;
  const body = JSON.stringify({ query: greedyOperations[kind]?.(number) });
  const response = await pool.request({ path: pathname, method: 'POST', headers, body });
  await response.body.dump();
  responses.set(response.statusCode, (responses.get(response.statusCode) ?? 0) + 1);
};
const end = performance.now() + Number(seconds) * 1000;
while (performance.now() < end) await Promise.all([...Array.from({ length: 25 }, one), pause(200)]);
process.send?.([...responses]);
process.on('disconnect', () => process.exit());
