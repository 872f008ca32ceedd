/** Changes of the models as administrators see them: what routing goes by, and figures that replies have changed. */
import { modelsChangedTopic } from '#contracts/routing-signals.ts';
import type { Logger } from '#kernel/log.ts';
import { type GatheredSignals, gatherSignals } from '#kernel/signals/gather-signals.ts';
import { iterateSignals } from '#kernel/signals/iterate-signals.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import type { CatalogueServices } from './change-catalogue.ts';

/** Milliseconds for which changes are gathered, and between two events of a subscription. */
const gatherMs = 1_000;

const figuresChangedTopic = 'models.figures.changed';

export interface FigureChanges extends Disposable {
  /** The outcome of a reply was recorded. Neither waits nor throws. */
  announce(): void;
}

export const createFigureChanges = (signals: Signals, logger: Logger): FigureChanges => {
  const gathered: GatheredSignals = gatherSignals({ signals, gatherMs, logger });
  return {
    announce: () => gathered.announce(figuresChangedTopic),
    [Symbol.dispose]: () => gathered[Symbol.dispose](),
  };
};

/** An event once a second at most, however many replies end. */
export const watchModels = ({ signals }: Pick<CatalogueServices, 'signals'>): Promise<AsyncIterableIterator<true>> =>
  iterateSignals(signals, [modelsChangedTopic, figuresChangedTopic], () => true as const, { paceMs: gatherMs });
