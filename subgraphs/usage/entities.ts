/**
 * The tables of usage that are read as entities. Only SQL functions change reservations and quota windows
 * (migrations/usage).
 */
import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { type Role, roles } from '#contracts/identity.ts';
import { planTiers } from '#contracts/plan-tiers.ts';
import type { TableSet } from '#kernel/database/database.ts';
import { defineOutbox } from '#kernel/outbox/outbox-table.ts';

export const TenantEntity = defineEntity({
  name: 'Tenant',
  tableName: 'tenants',
  schema: 'usage',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    plan: p.enum(planTiers),
    tokensPerDay: p.bigint('number').nullable(),
    tokensPerMinute: p.bigint('number').nullable(),
    userTokensPerDay: p.bigint('number').nullable(),
    userTokensPerMinute: p.bigint('number').nullable(),
    /**
     * Limits that the operator grants instead of the plan's. They cap the limits above, which the tenant sets itself.
     */
    grantedTokensPerDay: p.bigint('number').nullable(),
    grantedTokensPerMinute: p.bigint('number').nullable(),
    grantedUserTokensPerDay: p.bigint('number').nullable(),
    grantedUserTokensPerMinute: p.bigint('number').nullable(),
    monthlyBudgetUsd: p.decimal().nullable(),
    createdAt: p.datetime(3).onCreate(() => new Date()),
  },
});
export type Tenant = InferEntity<typeof TenantEntity>;

export const UserEntity = defineEntity({
  name: 'User',
  tableName: 'users',
  schema: 'usage',
  properties: {
    tenantId: p.uuid().primary(),
    id: p.uuid().primary(),
    email: p.text().nullable(),
    /** Of a program that signs in by itself; null for people. */
    name: p.text().nullable(),
    role: p.enum(roles),
    /** Replaces the roles of the user's tokens; null if those apply. */
    assignedRole: p.enum(roles).nullable(),
    isActive: p.boolean().default(true),
    /** When an administrator deleted the user; the row stays for the ledger. Null after a return. */
    deletedAt: p.datetime(3).nullable(),
    /** When the deletion is published once more; null where it was. */
    announceAgainAt: p.datetime(3).nullable(),
    /** Number of decisions of administrators about the user's access. */
    accessVersion: p.integer().default(0),
    tokensPerDay: p.bigint('number').nullable(),
    tokensPerMinute: p.bigint('number').nullable(),
    createdAt: p.datetime(3).onCreate(() => new Date()),
  },
});
export type User = InferEntity<typeof UserEntity>;

/** A key with which a program signs in as its user. The key itself is not stored. */
export const ApiKeyEntity = defineEntity({
  name: 'ApiKey',
  tableName: 'api_keys',
  schema: 'usage',
  properties: {
    tenantId: p.uuid().primary(),
    id: p.uuid().primary(),
    userId: p.uuid(),
    name: p.text(),
    prefix: p.text(),
    /** SHA-256 of the key, hexadecimal. */
    secretHash: p.text(),
    roles: p.json<readonly Role[]>(),
    scopes: p.json<readonly string[]>(),
    createdAt: p.datetime(3).onCreate(() => new Date()),
    expiresAt: p.datetime(3).nullable(),
    /** Rounded to the minute. */
    lastUsedAt: p.datetime(3).nullable(),
    revokedAt: p.datetime(3).nullable(),
  },
});
export type ApiKey = InferEntity<typeof ApiKeyEntity>;

/** The kinds of generations that the ledger has entries of. */
const usageKinds = ['REPLY', 'TITLE', 'SUMMARY', 'EMBEDDING', 'STORAGE'] as const;
export type UsageKind = (typeof usageKinds)[number];

/** The share of one attempt or model in a billed reply. */
export interface LedgerShare {
  readonly attempt: number;
  readonly modelId: string;
  readonly inputTokens: number;
  readonly cachedInputTokens: number;
  /** Absent in entries of an older version. */
  readonly cacheWriteTokens?: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  /** Whether the share is part of the final text. */
  readonly inAnswer: boolean;
  /** The share's part of the entry's cost. */
  readonly costUsd: string;
}

/**
 * An entry of the ledger: one billed generation, one embedded document, or what a user keeps on a day. Never changed,
 * never deleted.
 */
export const UsageEventEntity = defineEntity({
  name: 'UsageEvent',
  tableName: 'usage_events',
  schema: 'usage',
  properties: {
    tenantId: p.uuid().primary(),
    messageId: p.uuid().primary(),
    kind: p.enum(usageKinds).primary(),
    userId: p.uuid(),
    /** Null for an embedded document, and for what a user keeps. */
    conversationId: p.uuid().nullable(),
    attempt: p.integer(),
    status: p.text(),
    modelId: p.text().nullable(),
    provider: p.text().nullable(),
    pool: p.text().nullable(),
    inputTokens: p.bigint('number'),
    cachedInputTokens: p.bigint('number'),
    cacheWriteTokens: p.bigint('number').default(0),
    outputTokens: p.bigint('number'),
    reasoningTokens: p.bigint('number'),
    countedBy: p.text(),
    inputPrice: p.decimal().nullable(),
    cachedInputPrice: p.decimal().nullable(),
    /** Null where it is that of input. */
    cacheWritePrice: p.decimal().nullable(),
    outputPrice: p.decimal().nullable(),
    costUsd: p.decimal(),
    queueWaitMs: p.float(),
    firstTokenMs: p.float().nullable(),
    durationMs: p.float(),
    /** Empty if one attempt of one model wrote the whole reply. */
    attempts: p.json<readonly LedgerShare[]>(),
    /** The caches that the reply was looked for in. */
    cachesAsked: p.array(),
    /** The cache that served the reply; null where a model wrote it. */
    servedBy: p.text().nullable(),
    /** USD that the reply cost when a model wrote it. */
    savedUsd: p.decimal(),
    /** What a user keeps; null for all others. */
    bytes: p.bigint('number').nullable(),
    /** USD for a gigabyte and a month; null for all others. */
    bytePrice: p.decimal().nullable(),
    occurredAt: p.datetime(3),
  },
});
export type UsageEvent = InferEntity<typeof UsageEventEntity>;

/** Deletions of users that the broker has not confirmed yet. */
export const OutboxEntity = defineOutbox('usage');

export const usageTables: TableSet = {
  name: 'usage',
  entities: [TenantEntity, UserEntity, ApiKeyEntity, UsageEventEntity, OutboxEntity],
};
