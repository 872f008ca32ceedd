/**
 * Changes a tenant's moderation policy. Invariant: either all of the change is stored or nothing, and what is stored
 * can be applied: thresholds are between 0 and 1, none blocks below its flag, no flag-only category is blocked, and
 * replies are held back for as long as the longest phrase that blocks them.
 */

import type { Identity } from '#contracts/identity.ts';
import type { ModerationCategory } from '#contracts/moderation/categories.ts';
import { leastHold } from '#contracts/moderation/growing-detectors.ts';
import { type DetectorName, longestHold, type OutputMode } from '#contracts/moderation/output-moderation.ts';
import { flagOnlyCategories } from '#contracts/moderation/thresholds.ts';
import type { PiiPolicy } from '#contracts/pii/pii-policy.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Detectors } from '#kernel/screening/detectors.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { OutputThresholdEntity, PolicyEntity, ThresholdEntity } from '../entities.ts';
import { type ModerationPolicy, policyChangedTopic, readPolicyIn } from '../verdicts/tenant-policies.ts';

export interface ThresholdChange {
  readonly category: ModerationCategory;
  /** Null for never. */
  readonly flagAt?: number | null | undefined;
  readonly blockAt?: number | null | undefined;
}

export interface OutputChange {
  readonly mode?: OutputMode | null | undefined;
  readonly holdCharacters?: number | null | undefined;
  readonly thresholds?: readonly ThresholdChange[] | null | undefined;
  readonly providers?: readonly DetectorName[] | null | undefined;
}

export interface PolicyChange {
  readonly input?: { readonly providers?: readonly DetectorName[] | null | undefined } | null | undefined;
  readonly thresholds?: readonly ThresholdChange[] | null | undefined;
  readonly output?: OutputChange | null | undefined;
  readonly pii?: PiiPolicy | null | undefined;
}

const refuse = (sentence: string, argument: string): never => {
  throw new AppError('BAD_USER_INPUT', sentence, { argument });
};

/**
 * Throws BAD_USER_INPUT for changes that cannot be applied.
 * @param argument the one that holds them
 */
export const checkThresholds = (changes: readonly ThresholdChange[], argument: string): void => {
  if (new Set(changes.map(({ category }) => category)).size < changes.length)
    refuse('A category is named twice.', argument);
  for (const { category, flagAt, blockAt } of changes) {
    for (const value of [flagAt, blockAt]) {
      if (value != null && !(value >= 0 && value <= 1)) {
        refuse(`A threshold of ${category} is between 0 and 1, or null.`, argument);
      }
    }
    if (flagAt != null && blockAt != null && blockAt < flagAt) {
      refuse(`${category} would be blocked before it is flagged: blockAt is at least flagAt.`, argument);
    }
    if (blockAt != null && flagOnlyCategories.has(category)) {
      refuse(
        `${category} can only be flagged, because harmless messages show the same signs. Leave blockAt null.`,
        argument,
      );
    }
  }
};

const holdArgument = 'input.output.holdCharacters';

/** Throws BAD_USER_INPUT where a phrase that blocks a reply would be shown in part. */
const checkHold = ({ output }: ModerationPolicy): void => {
  const { mode, holdCharacters, thresholds } = output;
  const least = leastHold(thresholds);
  if (mode === 'WINDOW' && holdCharacters < least) {
    refuse(
      `${holdCharacters} characters are too few: the longest phrase that blocks a reply under these thresholds has ${least}, and its beginning would be shown. Hold back ${least} or more.`,
      holdArgument,
    );
  }
};

/** Throws BAD_USER_INPUT for detectors that are not set up. */
const checkProviders = ({ names }: Detectors, chosen: readonly DetectorName[], argument: string): void => {
  const missing = chosen.find((name) => !names.includes(name));
  if (missing !== undefined) refuse(`${missing} is not set up in this installation. Ask its operator.`, argument);
};

export interface PolicyServices {
  readonly database: Database;
  readonly signals: Signals;
  readonly detectors: Detectors;
}

/**
 * What is not named stays as it is. Throws BAD_USER_INPUT.
 * @returns the policy of the tenant after the change
 */
export const setPolicy = async (
  services: PolicyServices,
  { tenantId, userId }: Identity,
  { thresholds, input, output, pii }: PolicyChange,
): Promise<ModerationPolicy> => {
  const changes = thresholds ?? [];
  const outputChanges = output?.thresholds ?? [];
  checkThresholds(changes, 'input.thresholds');
  checkThresholds(outputChanges, 'input.output.thresholds');
  const hold = output?.holdCharacters ?? longestHold;
  if (hold < 1 || hold > longestHold) {
    refuse(`From 1 to ${longestHold} characters of a reply are held back.`, holdArgument);
  }
  checkProviders(services.detectors, input?.providers ?? [], 'input.input.providers');
  checkProviders(services.detectors, output?.providers ?? [], 'input.output.providers');
  const by = { updatedBy: userId, updatedAt: new Date() };
  const rowsOf = (all: readonly ThresholdChange[]) =>
    all.map(({ category, flagAt, blockAt }) => ({
      ...{ tenantId, category, flagAt: flagAt ?? null, blockAt: blockAt ?? null },
      ...by,
    }));
  const changed = await services.database.forTenant(tenantId).transactional(async (em) => {
    if (changes.length > 0) await em.upsertMany(ThresholdEntity, rowsOf(changes));
    if (outputChanges.length > 0) await em.upsertMany(OutputThresholdEntity, rowsOf(outputChanges));
    const own = {
      ...(output?.mode == null ? {} : { outputMode: output.mode }),
      ...(output?.holdCharacters == null ? {} : { holdCharacters: output.holdCharacters }),
      ...(input?.providers == null ? {} : { inputProviders: [...input.providers] }),
      ...(output?.providers == null ? {} : { outputProviders: [...output.providers] }),
      ...(pii == null ? {} : { pii }),
    };
    if (Object.keys(own).length > 0) await em.upsert(PolicyEntity, { tenantId, ...own, ...by });
    const policy = await readPolicyIn(em, tenantId);
    checkHold(policy);
    return policy;
  });
  await services.signals.publish(policyChangedTopic, { tenantId });
  return changed;
};
