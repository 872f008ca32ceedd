/** The whole system as docker-compose.yml describes it: separate processes on PostgreSQL, Redis and RabbitMQ. */
import { afterAll, beforeAll, describe } from 'vitest';
import { sharedService } from '#tests/services/shared-services.ts';
import { type Compose, startCompose } from '#tests/support/compose-processes.ts';
import { programEnvironment, serviceAccountEnvironment } from '#tests/support/service-account.ts';
import { readRedis } from '#tests/support/stream-store.ts';
import { apiKeySuite } from './suite/api-keys.ts';
import { consoleChangeSuite } from './suite/console-changes.ts';
import { serviceCrashSuite } from './suite/crashes.ts';
import { deletionSuite } from './suite/deletion.ts';
import { documentSuite } from './suite/documents.ts';
import { edgeRefusalSuite } from './suite/edge-refusals.ts';
import { fileSuite } from './suite/files.ts';
import { maskedPromptsSuite } from './suite/masked-prompts.ts';
import { mcpSuite } from './suite/mcp.ts';
import { moderationChangeSuite } from './suite/moderation-changes.ts';
import { nodeSuite } from './suite/nodes.ts';
import { outputModerationSuite } from './suite/output-moderation.ts';
import { reasoningSuite } from './suite/reasoning.ts';
import { refusalSuite } from './suite/refusals.ts';
import { reuseSuite } from './suite/reuse.ts';
import { routingSuite } from './suite/routing.ts';
import { serviceAccountSuite } from './suite/service-accounts.ts';
import { sharedIdSuite } from './suite/shared-ids.ts';
import { shareSuite } from './suite/shares.ts';
import { structuredOutputSuite } from './suite/structured-output.ts';
import { toolApprovalSuite } from './suite/tool-approval.ts';
import { toolSuite } from './suite/tools.ts';
import { transferSuite } from './suite/transfers.ts';
import { turnSuite } from './suite/turns.ts';
import { userDeletionSuite } from './suite/user-deletion.ts';

describe('distributed', () => {
  let parlance: Compose;
  const logLines: string[] = [];
  beforeAll(async () => {
    const [postgres, redis, rabbitmq] = await Promise.all([
      sharedService('postgres'),
      sharedService('redis'),
      sharedService('rabbitmq'),
    ]);
    const environment = {
      worker: { TOOL_PRIVATE_HOSTS: '127.0.0.1', LOG_LEVEL: 'info' },
      safety: { LOG_LEVEL: 'info' },
      conversations: { LOG_LEVEL: 'info' },
      models: { TOOL_PRIVATE_HOSTS: '127.0.0.1' },
      issuer: programEnvironment,
      // A few users do here what the default rate leaves to many.
      gateway: { ...serviceAccountEnvironment, USER_BURST: '1000', USER_RATE: '1000' },
    };
    parlance = await startCompose(
      { postgres, redis, rabbitmq },
      { environment, onLogLine: (_, line) => logLines.push(line) },
    );
  });
  afterAll(() => parlance[Symbol.asyncDispose]());
  turnSuite(() => parlance);
  reasoningSuite(() => parlance);
  structuredOutputSuite(() => parlance);
  refusalSuite(() => parlance);
  edgeRefusalSuite(() => parlance);
  deletionSuite(() => parlance);
  userDeletionSuite(() => parlance);
  documentSuite(() => parlance);
  nodeSuite(() => parlance);
  shareSuite(() => parlance);
  transferSuite(() => parlance);
  sharedIdSuite(() => parlance);
  apiKeySuite(() => parlance);
  fileSuite(() => parlance);
  toolSuite(() => parlance);
  mcpSuite(() => parlance);
  toolApprovalSuite(() => parlance);
  serviceAccountSuite(
    () => parlance,
    () => parlance.issuerUrl,
  );
  routingSuite(() => parlance);
  reuseSuite(() => parlance);
  consoleChangeSuite(() => parlance);
  moderationChangeSuite(() => parlance);
  maskedPromptsSuite(() => ({ parlance, logLines }));
  outputModerationSuite(() => ({
    parlance,
    streamStore: async () => readRedis(await sharedService('redis')),
    logLines,
  }));
  serviceCrashSuite(() => parlance);
});
