/** When a model's circuits open and close: a tenant's own, and the one that all tenants share. */
import { expect, test } from 'vitest';
import { type Attempt, type CircuitFigures, circuitCooldownMs, circuitState, sharedCircuitState } from './circuit.ts';

const failing: CircuitFigures = { attempts: 10, failures: 5, successesSinceFailure: 0, msSinceFailure: 0 };

test.each([
  ['half of the last attempts failed', {}, 'OPEN'],
  ['fewer than half failed', { failures: 4 }, 'CLOSED'],
  ['there are too few attempts', { attempts: 4, failures: 4 }, 'CLOSED'],
  ['the last failure is a while ago', { msSinceFailure: circuitCooldownMs }, 'HALF_OPEN'],
  ['two successes followed', { successesSinceFailure: 2 }, 'OPEN'],
  ['three successes followed', { successesSinceFailure: 3 }, 'CLOSED'],
  ['there was no attempt', { attempts: 0, failures: 0, msSinceFailure: undefined }, 'CLOSED'],
] as const)('%s: %o', (_, differences, state) => {
  expect(circuitState({ ...failing, ...differences })).toBe(state);
});

/** Newest first, a second apart: `A` a success of tenant a, `a!` a failure. */
const attemptsOf = (text: string): readonly Attempt[] =>
  text.split(' ').map((one, index) => ({
    tenantId: one.charAt(0),
    failed: one.endsWith('!'),
    msAgo: index * 1000,
  }));

test.each([
  ['only one tenant fails, whatever it fails', 'a! a! a! a!', 'CLOSED'],
  ['one tenant fails and others do not', 'a! a! a! a! b c d e', 'CLOSED'],
  ['a single failure of another tenant joins', 'a! a! a! a! b! b b b', 'CLOSED'],
  ['two tenants fail', 'a! b! a! b! a!', 'OPEN'],
  ['many tenants fail, each once', 'a! b! c! d! e! f g h i j', 'OPEN'],
  ['many tenants fail, and more do not', 'a! b! c! d! f g h i j', 'CLOSED'],
  ['three successes followed', 'c d e a! b! a! b! a! b!', 'CLOSED'],
  ['three successes followed, while one tenant keeps failing', 'a! c d a! e b! a! b! c! d!', 'CLOSED'],
] as const)('of all tenants: %s', (_, text, state) => {
  expect(sharedCircuitState(attemptsOf(text))).toBe(state);
});

test('a tenant that keeps failing does not keep the circuit open for others', () => {
  const before = attemptsOf('b! a! b! b!').map((one) => ({ ...one, msAgo: one.msAgo + circuitCooldownMs }));
  expect(sharedCircuitState([...attemptsOf('a! a! a!'), ...before])).toBe('HALF_OPEN');
});
