/** A short run of `npm run chaos`, so that every change has to pass through it. */
import { expect, test } from 'vitest';
import { report } from './report.ts';
import { runChaos } from './run-chaos.ts';

test('nothing is lost, doubled or torn while workers and gateways are killed and Redis comes back empty', async () => {
  const result = await runChaos({
    seed: 4,
    streams: 8,
    durationMs: 10_000,
    everyMs: 3_000,
    faults: ['kill worker', 'empty redis', 'kill gateway'],
    say: () => undefined,
  });
  expect(result.violations, report(result)).toEqual([]);
  expect(result.done.size).toBe(3);
  expect(result.sends.length).toBeGreaterThan(8);
}, 180_000);
