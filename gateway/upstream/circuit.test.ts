import { expect, test } from 'vitest';
import { createCircuit } from './circuit.ts';

const openCircuit = () => {
  let time = 0;
  const circuit = createCircuit(() => time);
  const fetch = (outcome: 'succeed' | 'fail' | 'abandon'): void => {
    circuit.begin()[outcome]();
  };
  return {
    circuit,
    fetch,
    pass(milliseconds: number) {
      time += milliseconds;
    },
  };
};

test('opens when half of the last fetches failed, but not on a few', () => {
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

test('allows one trial fetch after a pause, doubles the pause when it fails, and closes when it succeeds', () => {
  const { circuit, fetch, pass } = openCircuit();
  for (let count = 0; count < 10; count += 1) fetch('fail');
  pass(1000);
  expect(circuit.waitMs()).toBe(0);
  expect(circuit.trial).toBeUndefined();
  const attempt = circuit.begin();
  expect(circuit.waitMs()).toBeGreaterThan(0);
  expect(circuit.trial).toBeInstanceOf(Promise);
  attempt.fail();
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

test('tries a replica every 5 seconds, however long it is down', () => {
  const { circuit, fetch, pass } = openCircuit();
  for (let count = 0; count < 10; count += 1) fetch('fail');
  for (let tries = 0; tries < 20; tries += 1) {
    pass(circuit.waitMs());
    fetch('fail');
  }
  expect(circuit.waitMs()).toBe(5_000);
});

test('decides by the trial fetch alone while it is open, however earlier fetches end', () => {
  const { circuit, fetch, pass } = openCircuit();
  const before = Array.from({ length: 30 }, () => circuit.begin());
  for (let count = 0; count < 10; count += 1) fetch('fail');
  pass(1000);
  const attempt = circuit.begin();
  before.pop()?.fail();
  before.pop()?.abandon();
  before.pop()?.succeed();
  expect(circuit.trial).toBeInstanceOf(Promise);
  attempt.succeed();
  expect(circuit.trial).toBeUndefined();
  for (const late of before) late.fail();
  expect(circuit.waitMs()).toBe(0);
});
