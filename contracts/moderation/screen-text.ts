/**
 * Scores a text. Invariant: a detector sees one bounded window at a time, and after a few windows the event loop runs,
 * so no text, however long or hostile, stalls the process.
 */
import type { ModerationCategory } from './categories.ts';
import { type Detector, detectors } from './detectors.ts';
import { textWindows } from './text-windows.ts';
import type { CategoryScore, ModerationStage } from './thresholds.ts';

/** Windows that are screened in one turn of the event loop, which takes a few milliseconds. */
export const windowsPerTurn = 4;

/** @returns every category with a score above 0, highest score first */
export const screenText = async (
  text: string,
  stage: ModerationStage,
  activeDetectors: readonly Detector[] = detectors,
): Promise<readonly CategoryScore[]> => {
  const best = new Map<ModerationCategory, number>();
  let windows = 0;
  for (const window of textWindows(text)) {
    if (windows > 0 && windows % windowsPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
    windows += 1;
    for (const { category, score } of activeDetectors.flatMap((detect) => detect(window, stage))) {
      best.set(category, Math.max(best.get(category) ?? 0, score));
    }
  }
  return [...best]
    .map(([category, score]) => ({ category, score: Math.round(score * 100) / 100 }))
    .sort((one, other) => other.score - one.score);
};
