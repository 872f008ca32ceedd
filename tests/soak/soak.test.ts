/** A short run of `npm run soak`, so that every change has to pass through it. */
import { expect, test } from 'vitest';
import { exercises } from './exercises.ts';
import { report } from './report.ts';
import { runSoak } from './run-soak.ts';

test('every result is right while clients leave, subgraphs are killed and the schema is replaced', async () => {
  const result = await runSoak({ seed: 7, requests: 2500, users: 16, say: () => undefined });
  expect(result.violations, report(result)).toEqual([]);
  expect([...result.done.keys()].toSorted()).toEqual(Object.keys(exercises).toSorted());
  expect(result.restarts).toBeGreaterThan(1);
  expect(result.reloads).toBeGreaterThan(4);
}, 120_000);
