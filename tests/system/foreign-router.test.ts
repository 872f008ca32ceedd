/**
 * The subgraphs behind Hive Gateway in place of ours: what docs/federation.md promises of it. Skipped, with a line that
 * says why, where Hive Gateway cannot be installed.
 */
import { afterAll, beforeAll, describe } from 'vitest';
import { sharedService } from '#tests/services/shared-services.ts';
import { type Compose, startCompose } from '#tests/support/compose-processes.ts';
import { installHive, startHive } from '#tests/support/hive-gateway.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { refusalSuite } from './suite/refusals.ts';
import { turnSuite } from './suite/turns.ts';

const missing = await installHive();
if (missing !== undefined) process.stderr.write(`skipped: the subgraphs behind Hive Gateway. ${missing}\n`);

describe.skipIf(missing !== undefined)('behind Hive Gateway', () => {
  let compose: Compose;
  beforeAll(async () => {
    const [postgres, redis, rabbitmq] = await Promise.all([
      sharedService('postgres'),
      sharedService('redis'),
      sharedService('rabbitmq'),
    ]);
    const accepts = { OIDC_ISSUER: 'http://issuer:4080' };
    const environment = { conversations: accepts, models: accepts, usage: accepts, safety: accepts };
    compose = await startCompose({ postgres, redis, rabbitmq }, { environment });
  });
  afterAll(() => compose[Symbol.asyncDispose]());

  describe.each(['ws', 'sse'] as const)('with subscriptions to subgraphs over %s', (subscriptions) => {
    let hive: Parlance;
    beforeAll(async () => {
      hive = await startHive(compose, subscriptions);
    });
    afterAll(() => hive[Symbol.asyncDispose]());
    turnSuite(() => hive);
    refusalSuite(() => hive);
  });
});
