/**
 * The moderation policy of each tenant. Each process remembers them, because screening delays the first token and must
 * not query the database first. Bounded by the number of tenants. A change applies in every process when its signal
 * arrives, at the latest when the remembered entry expires.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { ModerationCategory } from '#contracts/moderation/categories.ts';
import {
  type DetectorName,
  defaultHold,
  detectorNames,
  type OutputMode,
  type OutputModeration,
} from '#contracts/moderation/output-moderation.ts';
import { defaultThresholds, type ModerationStage, type Thresholds } from '#contracts/moderation/thresholds.ts';
import type { PiiPolicy } from '#contracts/pii/pii-policy.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { OutputThresholdEntity, PolicyEntity, ThresholdEntity } from '../entities.ts';

/** Published with `{ tenantId }` when a tenant's policy changes. */
export const policyChangedTopic = 'safety.thresholds.changed';
const changedSchema = z.object({ tenantId: z.string() });

const freshForMs = 30_000;
const rememberedTenants = 10_000;

export interface ModerationPolicy {
  /** For what people write. */
  readonly thresholds: Thresholds;
  readonly input: {
    /** Detectors beside the rules. */
    readonly providers: readonly DetectorName[];
  };
  readonly output: {
    readonly mode: OutputMode;
    readonly holdCharacters: number;
    readonly thresholds: Thresholds;
    readonly providers: readonly DetectorName[];
  };
  readonly pii: PiiPolicy;
}

/** Of stored names, those that this version knows. */
const knownNames = (names: readonly string[] | undefined): readonly DetectorName[] =>
  detectorNames.filter((name) => names?.includes(name));

interface ThresholdRow {
  readonly category: ModerationCategory;
  readonly flagAt?: string | number | null | undefined;
  readonly blockAt?: string | number | null | undefined;
}
const scoreOf = (stored: string | number | null | undefined): number | null => (stored == null ? null : Number(stored));
const withRows = (thresholds: Thresholds, rows: readonly ThresholdRow[]): Thresholds => {
  const own = rows.map(({ category, flagAt, blockAt }) => [
    category,
    { flagAt: scoreOf(flagAt), blockAt: scoreOf(blockAt) },
  ]);
  return { ...thresholds, ...Object.fromEntries(own) };
};

/** @param em for the tenant */
export const readPolicyIn = async (em: EntityManager, tenantId: string): Promise<ModerationPolicy> => {
  const rows = await em.find(ThresholdEntity, {});
  const outputRows = await em.find(OutputThresholdEntity, {});
  const own = await em.findOne(PolicyEntity, { tenantId });
  const thresholds = withRows(defaultThresholds, rows);
  return {
    thresholds,
    input: { providers: knownNames(own?.inputProviders) },
    output: {
      mode: own?.outputMode ?? 'AFTER',
      holdCharacters: own?.holdCharacters ?? defaultHold,
      thresholds: withRows(thresholds, outputRows),
      providers: knownNames(own?.outputProviders),
    },
    pii: own?.pii ?? 'OFF',
  };
};

export const readPolicy = (database: Database, tenantId: string): Promise<ModerationPolicy> =>
  readPolicyIn(database.forTenant(tenantId), tenantId);

/** The thresholds of a stage. */
export const thresholdsFor = ({ thresholds, output }: ModerationPolicy, stage: ModerationStage): Thresholds =>
  stage === 'OUTPUT' ? output.thresholds : thresholds;

/** How replies are screened before they are shown; undefined where they are screened after their end. */
export const windowOf = ({ output }: ModerationPolicy): OutputModeration | undefined =>
  output.mode === 'AFTER'
    ? undefined
    : {
        holdCharacters: output.holdCharacters,
        thresholds: Object.entries(output.thresholds).map(([category, one]) => ({ category, ...one })),
        providers: [...output.providers],
      };

export interface TenantPolicies extends AsyncDisposable {
  find(tenantId: string): Promise<ModerationPolicy>;
}

export const openTenantPolicies = async (database: Database, signals: Signals): Promise<TenantPolicies> => {
  const remembered = new LRUCache<string, ModerationPolicy>({
    max: rememberedTenants,
    ttl: freshForMs,
    fetchMethod: (tenantId) => readPolicy(database, tenantId),
  });
  const unsubscribe = await signals.subscribe(policyChangedTopic, (payload) => {
    const changed = changedSchema.safeParse(payload);
    if (changed.success) remembered.delete(changed.data.tenantId);
  });
  return {
    // Undefined when the entry was deleted while it was fetched, so that what was fetched may be outdated.
    find: async (tenantId) => (await remembered.fetch(tenantId)) ?? readPolicy(database, tenantId),
    [Symbol.asyncDispose]: unsubscribe,
  };
};
