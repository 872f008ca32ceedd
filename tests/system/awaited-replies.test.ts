/** What usage and conversations agree on: what is held for a reply stays held while it waits or is written. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import type { Identity } from '#contracts/identity.ts';
import { openAccessList } from '#kernel/access/access-list.ts';
import { watchDatabase } from '#kernel/database/open-database.ts';
import { openPglite } from '#kernel/database/pglite.ts';
import { createIdentitySigner, createIdentityVerifier } from '#kernel/identity.ts';
import { createLogger } from '#kernel/log.ts';
import { openPorts } from '#kernel/ports.ts';
import type { SubgraphServices } from '#kernel/subgraph-server/run-subgraph.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { copyCluster } from '#tests/services/embedded-cluster/copy-cluster.ts';
import { conversationsTables, type MessageStatus } from '../../subgraphs/conversations/entities.ts';
import { openConversations } from '../../subgraphs/conversations/service.ts';
import { usageTables } from '../../subgraphs/usage/entities.ts';
import { createAwaitedReplies } from '../../subgraphs/usage/quotas/awaited-replies.ts';
import { expireReservations } from '../../subgraphs/usage/quotas/expire-reservations.ts';
import { reserveTokens } from '../../subgraphs/usage/quotas/reserve-tokens.ts';
import { openUsage } from '../../subgraphs/usage/service.ts';

test('a reply holds its reservation until it has ended, and a turn that was never stored does not', async () => {
  await using stack = new AsyncDisposableStack();
  const logger = createLogger('test', 'silent');
  const directory = stack.use(await createDirectory());
  const secret = 'a secret for this test only, long enough';
  const database = stack.use(await openPglite(await copyCluster(directory.path), [conversationsTables, usageTables]));
  const ports = stack.use(await openPorts({ DATA_DIR: directory.path, SERVICE_START_TIMEOUT_MS: 1_000 }, logger));
  const services: SubgraphServices = {
    database,
    databaseWatch: stack.use(watchDatabase(database, logger)),
    ports,
    signIdentity: createIdentitySigner(secret),
    verifyIdentity: createIdentityVerifier(secret),
    access: stack.use(await openAccessList(ports, logger)),
    host: '127.0.0.1',
    port: 0,
    logger,
  };
  const usage = stack.use(
    await openUsage(services, {
      reservationTtlSeconds: 900,
      reservationSweepSeconds: 900,
      conversationsUrl: () => undefined,
    }),
  );
  const conversations = stack.use(
    await openConversations(services, {
      ...{ USAGE_URL: usage.url, SAFETY_URL: usage.url, MODELS_URL: usage.url, KNOWLEDGE_URL: usage.url },
      ...{ MAX_CONTENT_LENGTH: 1_000, MAX_QUEUED: 1_000, MAX_STORED_BYTES: 1_000_000 },
      ...{ STREAM_PERSISTENCE: 'text', WORKER_VANISHED_AFTER_MS: 900_000, SUMMARISE_AT_PERCENT: 70 },
      TOOL_DECISION_SECONDS: 3_600,
      DELETED_CONVERSATION_DAYS: 30,
    }),
  );
  const identity: Identity = { tenantId: uuidv7(), userId: uuidv7(), roles: ['USER'], scopes: [] };
  const { tenantId } = identity;
  const tables = () => database.forTenant(tenantId);
  const conversationId = uuidv7();
  await tables().execute(
    'insert into conversations.conversations (id, tenant_id, owner_id, created_at, updated_at) values (?, ?, ?, now(), now())',
    [conversationId, tenantId, identity.userId],
  );
  /** A reply with what is held for it, overdue. */
  const reply = async (status: MessageStatus | 'NEVER_STORED', endedMinutesAgo?: number): Promise<string> => {
    const messageId = uuidv7();
    await reserveTokens(
      { database, quotaChanges: { announce: () => undefined }, reservationTtlSeconds: 900 },
      identity,
      { reservationId: uuidv7(), sendId: uuidv7(), messageId, conversationId, inputTokens: 1, maxOutputTokens: 1 },
    );
    if (status === 'NEVER_STORED') return messageId;
    await tables().execute(
      `insert into conversations.messages (id, tenant_id, conversation_id, branch_id, depth, path_length, role, content,
        status, created_at, completed_at) values (?, ?, ?, ?, 1, 0, 'ASSISTANT', '', ?, now(), now() - ? * interval '1 minute')`,
      [messageId, tenantId, conversationId, messageId, status, endedMinutesAgo ?? null],
    );
    return messageId;
  };
  const [waiting, written, justEnded] = [
    await reply('QUEUED'),
    await reply('STREAMING'),
    await reply('COMPLETED', 1),
    await reply('FAILED', 16),
    await reply('NEVER_STORED'),
  ];
  const { find } = stack.use(createAwaitedReplies(() => conversations.url, services.signIdentity));
  const expiry = { database, findAwaited: find, ttlSeconds: 900, logger };
  expect(await expireReservations(expiry)).toBe(0);
  await database.asSystem((em) => em.execute(`update usage.reservations set expires_at = now() - interval '1 second'`));
  expect(await expireReservations(expiry)).toBe(2);
  const held = await tables().execute<{ message_id: string }[]>(
    `select message_id from usage.reservations where status = 'HELD' order by message_id`,
  );
  expect(held.map((row) => row.message_id)).toEqual([waiting, written, justEnded].toSorted());
});
