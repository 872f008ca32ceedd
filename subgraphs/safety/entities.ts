/** The tables of safety as entities. Every row belongs to a tenant. */
import { defineEntity, type InferEntity, p } from '@mikro-orm/core';
import { moderationCategories } from '#contracts/moderation/categories.ts';
import { defaultHold, outputModes } from '#contracts/moderation/output-moderation.ts';
import { type CategoryScore, moderationActions, moderationStages } from '#contracts/moderation/thresholds.ts';
import { piiPolicies } from '#contracts/pii/pii-policy.ts';
import type { TableSet } from '#kernel/database/database.ts';

/** The thresholds that a tenant has set for a category. Without a row the defaults apply. */
export const ThresholdEntity = defineEntity({
  name: 'ModerationThreshold',
  tableName: 'thresholds',
  schema: 'safety',
  properties: {
    tenantId: p.uuid().primary(),
    category: p.enum(moderationCategories).primary(),
    flagAt: p.double().nullable(),
    blockAt: p.double().nullable(),
    updatedAt: p.datetime(3).onCreate(() => new Date()),
    updatedBy: p.uuid(),
  },
});

/** Likewise for replies. Without a row the thresholds of what people write apply. */
export const OutputThresholdEntity = defineEntity({
  name: 'OutputThreshold',
  tableName: 'output_thresholds',
  schema: 'safety',
  properties: {
    tenantId: p.uuid().primary(),
    category: p.enum(moderationCategories).primary(),
    flagAt: p.double().nullable(),
    blockAt: p.double().nullable(),
    updatedAt: p.datetime(3).onCreate(() => new Date()),
    updatedBy: p.uuid(),
  },
});

/** The rest of a tenant's policy. Without a row the defaults apply. */
export const PolicyEntity = defineEntity({
  name: 'ModerationPolicy',
  tableName: 'policies',
  schema: 'safety',
  properties: {
    tenantId: p.uuid().primary(),
    outputMode: p.enum(outputModes).default('AFTER'),
    holdCharacters: p.integer().default(defaultHold),
    inputProviders: p.array().default([]),
    outputProviders: p.array().default([]),
    pii: p.enum(piiPolicies).default('OFF'),
    updatedAt: p.datetime(3).onCreate(() => new Date()),
    updatedBy: p.uuid(),
  },
});

export const VerdictEntity = defineEntity({
  name: 'ModerationVerdict',
  tableName: 'verdicts',
  schema: 'safety',
  properties: {
    tenantId: p.uuid().primary(),
    messageId: p.uuid().primary(),
    stage: p.enum(moderationStages).primary(),
    conversationId: p.uuid(),
    action: p.enum(moderationActions),
    categories: p.json<readonly CategoryScore[]>(),
    version: p.text(),
    createdAt: p.datetime(3).onCreate(() => new Date()),
  },
});
export type Verdict = InferEntity<typeof VerdictEntity>;

/** UPHELD: the screening was right. DISMISSED: it was not. */
const caseStatuses = ['OPEN', 'UPHELD', 'DISMISSED'] as const;
export type CaseStatus = (typeof caseStatuses)[number];

export const CaseEntity = defineEntity({
  name: 'ModerationCase',
  tableName: 'cases',
  schema: 'safety',
  properties: {
    id: p.uuid().primary(),
    tenantId: p.uuid(),
    messageId: p.uuid(),
    stage: p.enum(moderationStages),
    /** The user who wrote the message, or whose question the reply is to. */
    userId: p.uuid(),
    excerpt: p.text(),
    status: p.enum(caseStatuses).default('OPEN'),
    note: p.text().nullable(),
    resolvedBy: p.uuid().nullable(),
    openedAt: p.datetime(3).onCreate(() => new Date()),
    resolvedAt: p.datetime(3).nullable(),
  },
});
export type ModerationCase = InferEntity<typeof CaseEntity>;

export const safetyTables: TableSet = {
  name: 'safety',
  entities: [ThresholdEntity, OutputThresholdEntity, PolicyEntity, VerdictEntity, CaseEntity],
};
