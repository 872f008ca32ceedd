/** A short run of `npm run chaos`, so that every change has to pass through it. */
import { expect, test } from 'vitest';
import { report } from './report.ts';
import { runChaos } from './run-chaos.ts';

test('nothing is lost, doubled or torn while processes die and stores are away, full or empty', async () => {
  const result = await runChaos({
    seed: 4,
    streams: 8,
    durationMs: 18_000,
    everyMs: 3_000,
    faults: ['kill worker', 'empty redis', 'kill gateway', 'away-4 postgres', 'full redis'],
    say: () => undefined,
  });
  expect(result.violations, report(result)).toEqual([]);
  expect(result.done.size).toBe(5);
  expect(result.sends.length).toBeGreaterThan(8);
}, 180_000);
