/**
 * Scores a text. Invariant: each detector sees one bounded window at a time, and after a few windows everything else that waits
 * in this process has its turn, so that no text, however long or hostile, stalls it.
 */
import { setImmediate } from 'node:timers/promises';
import type { CategoryScore, ModerationCategory, ModerationStage } from './categories.ts';
import { type Detector, detectors } from './detectors.ts';
import { textWindows } from './text-windows.ts';

/** Windows that are screened in one go: a few milliseconds. */
export const windowsPerTurn = 4;

/** @returns the categories that the text has anything of, highest score first */
export const screenText = async (
  text: string,
  stage: ModerationStage,
  using: readonly Detector[] = detectors,
): Promise<readonly CategoryScore[]> => {
  const best = new Map<ModerationCategory, number>();
  let windows = 0;
  for (const window of textWindows(text)) {
    if (windows > 0 && windows % windowsPerTurn === 0) await setImmediate();
    windows += 1;
    for (const { category, score } of using.flatMap((detect) => detect(window, stage))) {
      best.set(category, Math.max(best.get(category) ?? 0, score));
    }
  }
  return [...best]
    .map(([category, score]) => ({ category, score: Math.round(score * 100) / 100 }))
    .sort((one, other) => other.score - one.score);
};
