/**
 * How long people waited for a fault: from its end until their replies went on, and how long replies were silent while
 * it lasted.
 */
import type { Following } from './evidence.ts';
import type { DoneFault } from './faults.ts';
import type { FaultName } from './schedule.ts';

export interface Waits {
  readonly name: FaultName;
  /** The longest silence of a reply that was being written, some of it within the fault. Milliseconds. */
  silentMs: number;
  /** The longest time from the end of the fault until a reply that had begun before went on. Milliseconds. */
  goingOnMs: number;
}

/** Two arrivals with nothing between them. */
interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
}

const gapsOf = ({ arrivedAtMs }: Following): readonly Gap[] =>
  arrivedAtMs.slice(1).map((toMs, index) => ({ fromMs: arrivedAtMs[index] ?? toMs, toMs }));

/** One row for each kind of fault. Other faults at the same time count too: the figures are upper bounds. */
export const waitsOf = (history: readonly DoneFault[], followings: readonly Following[]): readonly Waits[] => {
  const gaps = followings.flatMap(gapsOf);
  const waits = new Map<FaultName, Waits>();
  for (const { name, fromMs, toMs = Number.POSITIVE_INFINITY } of history) {
    const known = waits.get(name) ?? { name, silentMs: 0, goingOnMs: 0 };
    waits.set(name, known);
    for (const gap of gaps) {
      if (gap.toMs <= fromMs || gap.fromMs >= toMs) continue;
      known.silentMs = Math.max(known.silentMs, gap.toMs - gap.fromMs);
      known.goingOnMs = Math.max(known.goingOnMs, gap.toMs - toMs);
    }
  }
  return [...waits.values()];
};
