/** When a model's circuit opens and closes. */
import { expect, test } from 'vitest';
import { type CircuitFigures, circuitCooldownMs, circuitState } from './model-health.ts';

const failing: CircuitFigures = { attempts: 10, failures: 5, successesSinceFailure: 0, msSinceFailure: 0 };

test.each([
  ['half of the last attempts failed', {}, 'OPEN'],
  ['fewer than half failed', { failures: 4 }, 'CLOSED'],
  ['too few attempts say anything', { attempts: 4, failures: 4 }, 'CLOSED'],
  ['the last failure is a while ago', { msSinceFailure: circuitCooldownMs }, 'HALF_OPEN'],
  ['two successes followed', { successesSinceFailure: 2 }, 'OPEN'],
  ['three successes followed', { successesSinceFailure: 3 }, 'CLOSED'],
  ['nothing happened yet', { attempts: 0, failures: 0, msSinceFailure: undefined }, 'CLOSED'],
] as const)('%s: %o', (_, differences, state) => {
  expect(circuitState({ ...failing, ...differences })).toBe(state);
});
