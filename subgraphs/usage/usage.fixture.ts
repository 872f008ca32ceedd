/**
 * The usage subgraph for tests, on PGlite or a separate PostgreSQL database, with embedded ports and new tenants on
 * demand.
 */

import { isDeepStrictEqual } from 'node:util';
import type { EntityManager } from '@mikro-orm/sql';
import { createClient } from 'graphql-ws';
import { v7 } from 'uuid';
import { expect, vi } from 'vitest';
import { z } from 'zod';
import type { MessageFinished } from '#contracts/broker-events.ts';
import type { Identity, Role } from '#contracts/identity.ts';
import { openAccessList } from '#kernel/access/access-list.ts';
import type { Database } from '#kernel/database/database.ts';
import { openDatabase, watchDatabase } from '#kernel/database/open-database.ts';
import { createIdentitySigner, createIdentityVerifier } from '#kernel/identity.ts';
import { createLogger } from '#kernel/log.ts';
import { openPorts, type Ports } from '#kernel/ports.ts';
import { createDirectory } from '#tests/services/directory.ts';
import { copyCluster } from '#tests/services/embedded-cluster/copy-cluster.ts';
import { sharedService } from '#tests/services/shared-services.ts';
import { provision } from './accounts/provision.ts';
import { usageTables } from './entities.ts';
import { type EndedGeneration, settleGeneration } from './ledger/settle-generation.ts';
import type { ReservationServices } from './quotas/reserve-tokens.ts';
import { openUsage } from './service.ts';

const resultSchema = z.object({
  data: z.looseObject({}).nullish(),
  errors: z.array(z.object({ message: z.string(), extensions: z.looseObject({ code: z.string() }) })).optional(),
});
export type QueryResult = z.infer<typeof resultSchema>;

/** Limits of a tenant. The default is no limit that a test reaches. */
export interface Limits {
  readonly tokensPerDay?: number;
  readonly tokensPerMinute?: number;
  readonly userTokensPerDay?: number;
  readonly userTokensPerMinute?: number;
}

export interface TenantWatch extends AsyncDisposable {
  /** Reads events until one has this data. Returns how many it read. */
  until(shown: object): Promise<number>;
}

export interface UsageFixture extends AsyncDisposable {
  readonly database: Database;
  readonly ports: Ports;
  readonly url: string;
  /** What reserving and releasing needs; reservations expire after an hour, and changes are not announced. */
  readonly reservations: ReservationServices;
  /** Executes one operation over HTTP on behalf of the identity. */
  execute(identity: Identity, query: string, variables?: Readonly<Record<string, unknown>>): Promise<QueryResult>;
  /** A subscription to the usage of the identity's tenant, when it is in force. Throws the errors of a refusal. */
  watchTenant(identity: Identity, query: string): Promise<TenantWatch>;
  /** The first result of a subscription. `until` is repeated until it arrives. */
  firstOf(identity: Identity, query: string, until: () => Promise<unknown>): Promise<unknown>;
  /** Bills a result, as its delivery does. Resolves with whether it was the first one. */
  settle(result: EndedGeneration): Promise<boolean>;
  /** A new tenant with a user. Its windows begin tomorrow, so they do not end during a test. */
  tenant(limits?: Limits): Promise<Identity>;
}

const secret = 'a secret that only this test and its subgraph know';
const everything = 1_000_000_000_000;

export const identityOf = (tenantId: string, ...roles: Role[]): Identity => ({
  tenantId,
  userId: v7(),
  roles,
  scopes: [],
});

/** The identity as another service uses it. */
export const asService = (identity: Identity): Identity => ({ ...identity, service: 'conversations' });

/** Moves the windows of a tenant to tomorrow, so that they do not end during a test. */
const pinWindows = (database: Database, tenantId: string): Promise<unknown> =>
  database.asSystem((em) =>
    em.execute(
      `update usage.quota_windows set day_start = date_trunc('day', now(), 'UTC') + interval '1 day',
        minute_start = date_trunc('day', now(), 'UTC') + interval '1 day' where tenant_id = ?`,
      [tenantId],
    ),
  );

const grantLimits = async (em: EntityManager, tenantId: string, limits: Limits): Promise<void> => {
  await em.execute(
    `update usage.tenants set plan = 'PRO', granted_tokens_per_day = ?, granted_tokens_per_minute = ?,
      granted_user_tokens_per_day = ?, granted_user_tokens_per_minute = ? where id = ?`,
    [
      limits.tokensPerDay ?? everything,
      limits.tokensPerMinute ?? everything,
      limits.userTokensPerDay ?? everything,
      limits.userTokensPerMinute ?? everything,
      tenantId,
    ],
  );
};

export const openUsageFixture = async (kind: 'pglite' | 'postgres'): Promise<UsageFixture> => {
  await using opened = new AsyncDisposableStack();
  const directory = opened.use(await createDirectory());
  if (kind === 'pglite') await copyCluster(directory.path);
  const logger = createLogger('usage-test', 'silent');
  const config = {
    DATA_DIR: directory.path,
    DATABASE_POOL_SIZE: 20,
    SERVICE_START_TIMEOUT_MS: 10_000,
    ...(kind === 'postgres' ? { DATABASE_URL: await sharedService('postgres') } : {}),
  };
  const database = opened.use(await openDatabase(config, [usageTables]));
  const ports = opened.use(await openPorts(config, logger));
  const signIdentity = createIdentitySigner(secret);
  const verifyIdentity = createIdentityVerifier(secret);
  const access = opened.use(await openAccessList(ports, logger));
  const databaseWatch = opened.use(watchDatabase(database, logger));
  const services = { database, databaseWatch, ports, signIdentity, verifyIdentity, access, logger };
  const subgraph = opened.use(
    await openUsage(
      { ...services, host: '127.0.0.1', port: 0 },
      { reservationTtlSeconds: 3600, reservationSweepSeconds: 3600, conversationsUrl: () => undefined },
    ),
  );
  const closing = opened.move();
  return {
    database,
    ports,
    reservations: { database, quotaChanges: { announce: () => undefined }, reservationTtlSeconds: 3600 },
    url: subgraph.url,
    async execute(identity, query, variables = {}) {
      const response = await fetch(subgraph.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await signIdentity(identity)}` },
        body: JSON.stringify({ query, variables }),
      });
      return resultSchema.parse(await response.json());
    },
    async firstOf(identity, query, until) {
      const authorization = `Bearer ${await signIdentity(identity)}`;
      const client = createClient({ url: subgraph.url.replace('http', 'ws'), connectionParams: { authorization } });
      try {
        let result: unknown;
        const first = client
          .iterate({ query, extensions: { authorization } })
          .next()
          .then((step) => {
            result = step.value;
          });
        await vi.waitFor(
          async () => {
            await until();
            expect(result).toBeDefined();
          },
          { timeout: 10_000, interval: 100 },
        );
        await first;
        return result;
      } finally {
        await client.dispose();
      }
    },
    async watchTenant(identity, query) {
      const authorization = `Bearer ${await signIdentity(identity)}`;
      const client = createClient({ url: subgraph.url.replace('http', 'ws'), connectionParams: { authorization } });
      const results = client.iterate({ query, extensions: { authorization } });
      let isSettled = false;
      const first = results.next().finally(() => {
        isSettled = true;
      });
      await vi.waitFor(async () => {
        await ports.signals.publish(`usage.${identity.tenantId}`, {});
        expect(isSettled).toBe(true);
      });
      const { value: opened } = await first;
      if (opened?.errors) throw opened.errors;
      return {
        async until(shown) {
          for (let count = 1; ; count += 1) {
            const { value } = await results.next();
            if (isDeepStrictEqual(JSON.parse(JSON.stringify(value?.data)), shown)) return count;
          }
        },
        [Symbol.asyncDispose]: async () => client.dispose(),
      };
    },
    settle: (result) => settleGeneration(database, result),
    async tenant(limits = {}) {
      const identity = identityOf(v7(), 'USER');
      await database.asSystem(async (em) => {
        await provision(em, identity);
        await grantLimits(em, identity.tenantId, limits);
      });
      await pinWindows(database, identity.tenantId);
      return identity;
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};

/** What a worker reports of a successful reply. */
export const finished = (identity: Identity, changes: Partial<MessageFinished> = {}): MessageFinished => ({
  tenantId: identity.tenantId,
  userId: identity.userId,
  conversationId: v7(),
  messageId: v7(),
  attempt: 1,
  modelId: 'openai/gpt-4o-mini',
  pool: 'EXTERNAL',
  provider: 'openai',
  price: { input: '0.15', cachedInput: '0.075', output: '0.60' },
  usage: { inputTokens: 1000, cachedInputTokens: 400, outputTokens: 77, reasoningTokens: 7, source: 'PROVIDER' },
  queueWaitMs: 1.5,
  firstTokenMs: 20.25,
  durationMs: 300,
  status: 'COMPLETED',
  finishReason: 'STOP',
  text: 'Hello.',
  lastSeq: 3,
  ...changes,
});
