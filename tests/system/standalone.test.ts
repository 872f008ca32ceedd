/** The whole system in one process on embedded defaults. */
import { afterAll, beforeAll, describe } from 'vitest';
import type { Parlance } from '#tests/support/parlance.ts';
import { programEnvironment, serviceAccountEnvironment } from '#tests/support/service-account.ts';
import { startStandalone } from '#tests/support/standalone-process.ts';
import { readEmbeddedStore } from '#tests/support/stream-store.ts';
import { apiKeySuite } from './suite/api-keys.ts';
import { consoleChangeSuite } from './suite/console-changes.ts';
import { standaloneCrashSuite } from './suite/crashes.ts';
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

describe('standalone', () => {
  let parlance: Parlance;
  const logLines: string[] = [];
  beforeAll(async () => {
    // A few users do here what the default rate leaves to many.
    const unhurried = { USER_BURST: '1000', USER_RATE: '1000' };
    const environment = {
      ...unhurried,
      LOG_LEVEL: 'info',
      TOOL_PRIVATE_HOSTS: '127.0.0.1',
      ...programEnvironment,
      ...serviceAccountEnvironment,
    };
    parlance = await startStandalone({ environment, onLogLine: (line) => logLines.push(line) });
  });
  afterAll(() => parlance[Symbol.asyncDispose]());
  turnSuite(() => parlance);
  reasoningSuite(() => parlance);
  structuredOutputSuite(() => parlance);
  refusalSuite(() => parlance);
  edgeRefusalSuite(() => parlance);
  deletionSuite(() => parlance);
  userDeletionSuite(() => parlance);
  shareSuite(() => parlance);
  transferSuite(() => parlance);
  sharedIdSuite(() => parlance);
  apiKeySuite(() => parlance);
  fileSuite(() => parlance);
  documentSuite(() => parlance);
  nodeSuite(() => parlance);
  toolSuite(() => parlance);
  mcpSuite(() => parlance);
  toolApprovalSuite(() => parlance);
  serviceAccountSuite(
    () => parlance,
    () => new URL('/issuer', parlance.url).href,
  );
  routingSuite(() => parlance);
  reuseSuite(() => parlance);
  consoleChangeSuite(() => parlance);
  moderationChangeSuite(() => parlance);
  maskedPromptsSuite(() => ({ parlance, logLines }));
  outputModerationSuite(() => ({
    parlance,
    streamStore: () => readEmbeddedStore(parlance.dataDirectory),
    logLines,
  }));
  standaloneCrashSuite(() => parlance);
});
