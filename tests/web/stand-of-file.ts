/** One stand of the web client for all tests of a file. */
import { afterAll, beforeAll } from 'vitest';
import { openWebStand, type StandOptions, type WebStand } from '#tests/support/web-stand.ts';

/** Few, so that access tokens run out during most flows, which nobody may notice. */
export const accessTokenSeconds = 8;
/** Milliseconds that the processes behind two gateways get to start on a busy machine. */
const startTimeoutMs = 180_000;

/** The stand can be asked for in tests. */
export const standOfFile = (options: StandOptions = {}): (() => WebStand) => {
  let stand: WebStand | undefined;
  beforeAll(async () => {
    stand = await openWebStand(options);
  }, startTimeoutMs);
  afterAll(() => stand?.[Symbol.asyncDispose]());
  return () => {
    if (!stand) throw new Error('the stand is there while tests run');
    return stand;
  };
};
