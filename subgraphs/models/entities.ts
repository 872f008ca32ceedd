/**
 * The tables of models as entities. The catalogue (models, prices, instances, outcomes) belongs to the platform: every
 * tenant reads it, and only the system writes it. Routing policies and tools belong to a tenant.
 */
import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import type { Complexity } from '#contracts/complexity/complexity.ts';
import { modelCapabilities } from '#contracts/generation-job.ts';
import type { McpCredentialsKind } from '#contracts/mcp-credentials.ts';
import type { ModerationCategory } from '#contracts/moderation/categories.ts';
import { type PlanTier, planTiers } from '#contracts/plan-tiers.ts';
import { type Pool, pools } from '#contracts/pools.ts';
import { reuseShares } from '#contracts/reuse.ts';
import type { ToolApproval } from '#contracts/tool-approval.ts';
import type { TableSet } from '#kernel/database/database.ts';

/**
 * What wrote a row last. FILE: the models file, which may change the row again at the next start. OPERATOR: a mutation,
 * which the file does not undo. DISCOVERED: the announcement of a worker.
 */
const catalogueSources = ['FILE', 'OPERATOR', 'DISCOVERED'] as const;

export type ModelCapability = (typeof modelCapabilities)[number];

export const ModelEntity = defineEntity({
  name: 'CatalogueModel',
  tableName: 'models',
  schema: 'models',
  properties: {
    id: p.text().primary(),
    displayName: p.text(),
    provider: p.text(),
    pool: p.enum(pools),
    contextWindow: p.integer(),
    maxOutputTokens: p.integer(),
    capabilities: p.enum(modelCapabilities).array(),
    tiers: p.enum(planTiers).array(),
    enabled: p.boolean().default(true),
    /** Position in the default order, lowest first. */
    position: p.integer(),
    source: p.enum(catalogueSources),
    createdAt: p.datetime(3).onCreate(() => new Date()),
    updatedAt: p
      .datetime(3)
      .onCreate(() => new Date())
      .onUpdate(() => new Date()),
  },
});
export type ModelRow = InferEntity<typeof ModelEntity>;

/** USD per million tokens, in force until the model's next price begins. */
export const PriceEntity = defineEntity({
  name: 'ModelPrice',
  tableName: 'prices',
  schema: 'models',
  properties: {
    modelId: p.text().primary(),
    effectiveFrom: p.datetime(3).primary(),
    input: p.decimal(),
    cachedInput: p.decimal(),
    /** Null where tokens that go to a cache cost the same as `input`. */
    cacheWrite: p.decimal().nullable(),
    output: p.decimal(),
    source: p.enum(catalogueSources),
  },
});
export type PriceRow = InferEntity<typeof PriceEntity>;

/** A model that a worker has announced to serve. */
export const InstanceEntity = defineEntity({
  name: 'ModelInstance',
  tableName: 'instances',
  schema: 'models',
  properties: {
    workerId: p.text().primary(),
    modelId: p.text().primary(),
    seenAt: p.datetime(3),
  },
});

/** The outcome of a model in one attempt at a reply, for the health of the model. */
export const OutcomeEntity = defineEntity({
  name: 'GenerationOutcome',
  tableName: 'generation_outcomes',
  schema: 'models',
  properties: {
    /** Empty in rows written by processes of an older version. */
    tenantId: p.text().primary(),
    messageId: p.text().primary(),
    attempt: p.integer().primary(),
    modelId: p.text().primary(),
    failed: p.boolean(),
    queueWaitMs: p.double(),
    firstTokenMs: p.double().nullable(),
    durationMs: p.double(),
    outputTokens: p.integer(),
    finishedAt: p.datetime(3).onCreate(() => new Date()),
  },
});

/** What orders the models that fit. */
export const routingStrategies = ['PREFERENCE', 'PRICE', 'LATENCY', 'AUTO'] as const;

/**
 * One rule of a policy: which questions it is for, and the models for them. A list that is empty, and null, is no
 * condition. It has either models or a pool.
 */
export interface PolicyRule {
  readonly complexity: readonly Complexity[];
  /** ISO 639-1. */
  readonly languages: readonly string[];
  readonly images: boolean | null;
  readonly tools: boolean | null;
  /** A question that was flagged for one of them. */
  readonly moderation: readonly ModerationCategory[];
  readonly plans: readonly PlanTier[];
  /** In order of preference. */
  readonly modelIds: readonly string[];
  readonly pool: Pool | null;
  /** Whether no other model may reply. */
  readonly strict: boolean;
}

export const RoutingPolicyEntity = defineEntity({
  name: 'RoutingPolicy',
  tableName: 'routing_policies',
  schema: 'models',
  properties: {
    tenantId: p.uuid().primary(),
    name: p.text().primary(),
    description: p.text().nullable(),
    /** In order of preference; empty for all models in the platform's order. */
    modelIds: p.array(),
    requires: p.enum(modelCapabilities).array(),
    strategy: p.enum(routingStrategies),
    /** USD per million tokens. */
    maxInputPrice: p.decimal().nullable(),
    maxOutputPrice: p.decimal().nullable(),
    /** In order: the first rule whose conditions hold is followed. Only with the strategy AUTO. */
    rules: p.json<readonly PolicyRule[]>(),
    /** For the 95th percentile of the time to the first token, and for the wait in a queue. */
    latencyTargetMs: p.integer().nullable(),
    /** USD that one reply may cost. */
    costCeilingUsd: p.decimal().nullable(),
    /** Seconds that replies are kept for equal requests; null: they are not. */
    requestCacheSeconds: p.integer().nullable(),
    /** Seconds that replies to first questions are kept for questions of the same meaning; null: they are not. */
    similarCacheSeconds: p.integer().nullable(),
    /** Whether the tenant's curated replies are served. */
    usesCuratedReplies: p.boolean().default(false),
    /** Who may get a reply that was kept. */
    cacheShare: p.enum(reuseShares),
    /** Tokens of a reply whose message does not say how many. */
    defaultOutputTokens: p.integer().nullable(),
    /** Tokens that a message may ask for. */
    maxOutputTokens: p.integer().nullable(),
    isDefault: p.boolean().default(false),
    createdAt: p.datetime(3).onCreate(() => new Date()),
    updatedAt: p
      .datetime(3)
      .onCreate(() => new Date())
      .onUpdate(() => new Date()),
  },
});
export type RoutingPolicy = InferEntity<typeof RoutingPolicyEntity>;

/** When a tenant's caches were last cleared; no row: never. */
export const ReplyCacheEntity = defineEntity({
  name: 'ReplyCache',
  tableName: 'reply_caches',
  schema: 'models',
  properties: {
    tenantId: p.uuid().primary(),
    /** What was kept under another one is not served any more. */
    epoch: p.uuid(),
    clearedAt: p.datetime(3),
  },
});

/** A reply that administrators wrote, and the questions that it is for. */
export const CuratedReplyEntity = defineEntity({
  name: 'CuratedReply',
  tableName: 'curated_replies',
  schema: 'models',
  properties: {
    tenantId: p.uuid().primary(),
    id: p.uuid().primary(),
    questions: p.array(),
    /** The `questionKey` of each question. */
    keys: p.array(),
    reply: p.text(),
    createdAt: p.datetime(3).onCreate(() => new Date()),
    updatedAt: p
      .datetime(3)
      .onCreate(() => new Date())
      .onUpdate(() => new Date()),
  },
});
export type CuratedReply = InferEntity<typeof CuratedReplyEntity>;

export const ToolEntity = defineEntity({
  name: 'Tool',
  tableName: 'tools',
  schema: 'models',
  properties: {
    tenantId: p.uuid().primary(),
    name: p.text().primary(),
    description: p.text(),
    /** JSON text of a JSON Schema. */
    parameters: p.text(),
    url: p.text(),
    timeoutMs: p.integer(),
    enabled: p.boolean(),
    /** When the user has to allow a call. */
    approval: p.text().$type<ToolApproval>(),
    /** Must never appear in a public field or a log. */
    secret: p.text(),
    createdAt: p.datetime(3).onCreate(() => new Date()),
    updatedAt: p
      .datetime(3)
      .onCreate(() => new Date())
      .onUpdate(() => new Date()),
  },
});
export type ToolRow = InferEntity<typeof ToolEntity>;

export const McpServerEntity = defineEntity({
  name: 'McpServer',
  tableName: 'mcp_servers',
  schema: 'models',
  properties: {
    tenantId: p.uuid().primary(),
    name: p.text().primary(),
    url: p.text(),
    /** JSON text of its credentials, sealed. Must never appear in a public field or a log. */
    credentials: p.text(),
    credentialsKind: p.text().$type<McpCredentialsKind>(),
    timeoutMs: p.integer(),
    enabled: p.boolean(),
    /** When the user has to allow a call. */
    approval: p.text().$type<ToolApproval>(),
    /** A sentence: why the tools could not be listed the last time, or which of them are left out. */
    failure: p.text().nullable(),
    /** When the tools were listed successfully the last time. */
    listedAt: p.datetime(3).nullable(),
    /** When they are listed next. */
    dueAt: p.datetime(3),
    /** When a list last differed from the one before. */
    changedAt: p.datetime(3),
    createdAt: p.datetime(3).onCreate(() => new Date()),
    updatedAt: p
      .datetime(3)
      .onCreate(() => new Date())
      .onUpdate(() => new Date()),
  },
});
export type McpServerRow = InferEntity<typeof McpServerEntity>;

export const McpToolEntity = defineEntity({
  name: 'McpTool',
  tableName: 'mcp_tools',
  schema: 'models',
  properties: {
    tenantId: p.uuid().primary(),
    server: p.text().primary(),
    /** As the server names it. */
    name: p.text().primary(),
    description: p.text(),
    /** JSON text of a JSON Schema. */
    parameters: p.text(),
    /** Whether the server says that it changes nothing. */
    readOnly: p.boolean(),
    /** Of the definition that the server listed last. */
    hash: p.text(),
    /** Of the definition that an administrator approved, with what it said; null before that. */
    approvedHash: p.text().nullable(),
    approvedDescription: p.text().nullable(),
    approvedParameters: p.text().nullable(),
    enabled: p.boolean(),
    /** Whether the server listed it the last time. */
    listed: p.boolean(),
    /** When the definition last changed. */
    changedAt: p.datetime(3),
  },
});
export type McpToolRow = InferEntity<typeof McpToolEntity>;

export const modelsTables: TableSet = {
  name: 'models',
  entities: [
    ModelEntity,
    PriceEntity,
    InstanceEntity,
    OutcomeEntity,
    RoutingPolicyEntity,
    ReplyCacheEntity,
    CuratedReplyEntity,
    ToolEntity,
    McpServerEntity,
    McpToolEntity,
  ],
};
