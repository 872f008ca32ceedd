/**
 * What the screening makes of a text under other thresholds than those in force, so that an administrator can try them
 * before they apply. Nothing is stored.
 */
import type { Identity } from '#contracts/identity.ts';
import { growingDetectors, leastHold } from '#contracts/moderation/growing-detectors.ts';
import { createGrowingText } from '#contracts/moderation/growing-text.ts';
import { screenText } from '#contracts/moderation/screen-text.ts';
import {
  type CategoryScore,
  decideAction,
  type ModerationAction,
  type ModerationStage,
  type Thresholds,
} from '#contracts/moderation/thresholds.ts';
import { AppError } from '#kernel/errors.ts';
import { type TenantPolicies, thresholdsFor } from '../verdicts/tenant-policies.ts';
import { checkThresholds, type ThresholdChange } from './set-policy.ts';

/** Most characters of a text. */
export const longestTrial = 10_000;

export interface Trial {
  readonly content: string;
  readonly stage: ModerationStage;
  /** In place of those of the tenant, for the categories that it names. */
  readonly thresholds: readonly ThresholdChange[];
}

export interface TrialResult {
  readonly action: ModerationAction;
  readonly categories: readonly CategoryScore[];
  /** What mode WINDOW would show of a reply; undefined for another text. */
  readonly shown: string | undefined;
}

/** Characters of a piece, as models write them. */
const pieceLength = 4;

const shownOf = (content: string, thresholds: Thresholds, holdCharacters: number): string => {
  const text = createGrowingText({ detectors: growingDetectors(thresholds), holdCharacters, shown: '' });
  let shown = '';
  for (let at = 0; at < content.length; at += pieceLength) shown += text.take(content.slice(at, at + pieceLength));
  return shown + text.end();
};

/** Throws BAD_USER_INPUT. */
export const tryModeration = async (
  { policies }: { readonly policies: TenantPolicies },
  { tenantId }: Identity,
  trial: Trial,
): Promise<TrialResult> => {
  checkThresholds(trial.thresholds, 'thresholds');
  if (trial.content.length > longestTrial) {
    throw new AppError('BAD_USER_INPUT', `A text to try has at most ${longestTrial} characters.`, {
      argument: 'content',
    });
  }
  const changed = Object.fromEntries(
    trial.thresholds.map(({ category, flagAt, blockAt }) => [
      category,
      { flagAt: flagAt ?? null, blockAt: blockAt ?? null },
    ]),
  );
  const [categories, policy] = await Promise.all([screenText(trial.content, trial.stage), policies.find(tenantId)]);
  const thresholds = { ...thresholdsFor(policy, trial.stage), ...changed };
  const holdCharacters = Math.max(policy.output.holdCharacters, leastHold(thresholds));
  const shown = trial.stage === 'OUTPUT' ? shownOf(trial.content, thresholds, holdCharacters) : undefined;
  return { categories, action: decideAction(categories, thresholds), shown };
};
