/**
 * Changes a tenant's thresholds. Invariant: either all of the change is stored or nothing, and what is stored can be
 * applied: thresholds are between 0 and 1, none blocks below its flag, and no flag-only category is blocked.
 */

import type { Identity } from '#contracts/identity.ts';
import type { ModerationCategory } from '#contracts/moderation/categories.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { ThresholdEntity } from '../entities.ts';
import { flagOnlyCategories, type Thresholds } from '../screening/categories.ts';
import { readThresholds, thresholdsChangedTopic } from '../verdicts/tenant-thresholds.ts';

export interface ThresholdChange {
  readonly category: ModerationCategory;
  /** Null for never. */
  readonly flagAt?: number | null | undefined;
  readonly blockAt?: number | null | undefined;
}

/**
 * Throws BAD_USER_INPUT for changes that cannot be applied.
 * @param argument the one that holds them
 */
export const checkThresholds = (changes: readonly ThresholdChange[], argument: string): void => {
  const refuse = (sentence: string): never => {
    throw new AppError('BAD_USER_INPUT', sentence, { argument });
  };
  if (new Set(changes.map(({ category }) => category)).size < changes.length) refuse('A category is named twice.');
  for (const { category, flagAt, blockAt } of changes) {
    for (const value of [flagAt, blockAt]) {
      if (value != null && !(value >= 0 && value <= 1)) {
        refuse(`A threshold of ${category} is between 0 and 1, or null.`);
      }
    }
    if (flagAt != null && blockAt != null && blockAt < flagAt) {
      refuse(`${category} would be blocked before it is flagged: blockAt is at least flagAt.`);
    }
    if (blockAt != null && flagOnlyCategories.has(category)) {
      refuse(`${category} can only be flagged, because harmless messages show the same signs. Leave blockAt null.`);
    }
  }
};

/**
 * Categories that are not named keep their thresholds. Throws BAD_USER_INPUT.
 * @returns all thresholds of the tenant after the change
 */
export const setThresholds = async (
  services: { readonly database: Database; readonly signals: Signals },
  { tenantId, userId }: Identity,
  changes: readonly ThresholdChange[],
): Promise<Thresholds> => {
  checkThresholds(changes, 'input.thresholds');
  if (changes.length > 0) {
    await services.database.forTenant(tenantId).upsertMany(
      ThresholdEntity,
      changes.map(({ category, flagAt, blockAt }) => ({
        ...{ tenantId, category, flagAt: flagAt ?? null, blockAt: blockAt ?? null },
        ...{ updatedBy: userId, updatedAt: new Date() },
      })),
    );
    await services.signals.publish(thresholdsChangedTopic, { tenantId });
  }
  return readThresholds(services.database, tenantId);
};
