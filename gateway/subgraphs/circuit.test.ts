import { expect, test } from 'vitest';
import { createCircuit } from './circuit.ts';

const openCircuit = () => {
  let time = 0;
  const circuit = createCircuit(() => time);
  const fetch = (outcome: 'succeed' | 'fail' | 'abandon'): void => {
    circuit.begin();
    circuit[outcome]();
  };
  return {
    circuit,
    fetch,
    pass(milliseconds: number) {
      time += milliseconds;
    },
  };
};

test('opens when half of the last fetches failed, but judges no few', () => {
  const { circuit, fetch } = openCircuit();
  for (let count = 0; count < 9; count += 1) fetch('fail');
  expect(circuit.waitMs()).toBe(0);
  fetch('fail');
  expect(circuit.waitMs()).toBe(1000);
});

test('stays closed while most fetches succeed', () => {
  const { circuit, fetch } = openCircuit();
  for (let count = 0; count < 100; count += 1) fetch(count % 3 === 0 ? 'fail' : 'succeed');
  expect(circuit.waitMs()).toBe(0);
});

test('tries one fetch after a pause, pauses twice as long when it fails, and closes when it succeeds', () => {
  const { circuit, fetch, pass } = openCircuit();
  for (let count = 0; count < 10; count += 1) fetch('fail');
  pass(1000);
  expect(circuit.waitMs()).toBe(0);
  expect(circuit.trial).toBeUndefined();
  circuit.begin();
  expect(circuit.waitMs()).toBeGreaterThan(0);
  expect(circuit.trial).toBeInstanceOf(Promise);
  circuit.fail();
  expect(circuit.trial).toBeUndefined();
  expect(circuit.waitMs()).toBe(2000);
  pass(2000);
  fetch('abandon');
  expect(circuit.waitMs()).toBe(0);
  fetch('succeed');
  expect(circuit.waitMs()).toBe(0);
  for (let count = 0; count < 5; count += 1) fetch('fail');
  expect(circuit.waitMs()).toBe(0);
});
