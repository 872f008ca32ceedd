/** The whole system in one process on embedded defaults. */
import { afterAll, beforeAll, describe } from 'vitest';
import type { Parlance } from './parlance.ts';
import { startStandalone } from './standalone-process.ts';
import { apiKeySuite } from './suite/api-keys.ts';
import { standaloneCrashSuite } from './suite/crashes.ts';
import { refusalSuite } from './suite/refusals.ts';
import { turnSuite } from './suite/turns.ts';

describe('standalone', () => {
  let parlance: Parlance;
  beforeAll(async () => {
    parlance = await startStandalone();
  });
  afterAll(() => parlance[Symbol.asyncDispose]());
  turnSuite(() => parlance);
  refusalSuite(() => parlance);
  apiKeySuite(() => parlance);
  standaloneCrashSuite(() => parlance);
});
