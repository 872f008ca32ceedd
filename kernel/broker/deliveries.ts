/**
 * The deliveries that one consumer has taken and not settled, on any broker. Invariants: a delivery is settled once; a
 * delivery that is given back because the stores are away is settled at once and its handler's signal is aborted, so
 * that a consumer that reaches the stores can proceed with it.
 */
import type { Logger } from '../log.ts';
import type { Delivery, Json, Settlement } from './broker.ts';
import { deliveriesHeld } from './metrics.ts';
import { type Patience, settlePatiently } from './settle-patiently.ts';

export interface Deliveries extends Disposable {
  /** Running handlers, including those whose deliveries were given back. */
  readonly running: number;
  /**
   * Resolves when the handler has ended.
   * @param lost aborted when the broker has taken the delivery back by itself.
   */
  run(delivery: Delivery<Json>, lost: AbortSignal, settle: (settlement: Settlement) => void): Promise<void>;
  giveBackAll(): void;
  /** Requeues all held deliveries, which wait no longer. */
  stopHolding(): void;
  /** Resolves when no handler runs. */
  settled(): Promise<void>;
  /** Rejects with the fault for which a delivery is held. */
  ping(): Promise<void>;
}

export interface DeliveriesOptions {
  readonly queue: string;
  readonly handler: (delivery: Delivery<Json>, signal: AbortSignal) => Promise<Settlement>;
  readonly patience: Patience;
  readonly logger: Logger;
}

interface Taken {
  giveBack(): void;
  heldFor: unknown;
}

export const createDeliveries = ({ queue, handler, patience, logger }: DeliveriesOptions): Deliveries => {
  const taken = new Set<Taken>();
  const running = new Set<Promise<void>>();
  const closing = new AbortController();
  const held = (): readonly Taken[] => [...taken].filter(({ heldFor }) => heldFor !== undefined);
  const counted = deliveriesHeld.from(() => [{ value: held().length, labels: { queue } }]);

  const take = async (
    delivery: Delivery<Json>,
    lost: AbortSignal,
    settle: (settlement: Settlement) => void,
  ): Promise<void> => {
    const givenBack = new AbortController();
    const one: Taken = {
      heldFor: undefined,
      giveBack() {
        if (!taken.delete(one)) return;
        settle('retry');
        givenBack.abort(new Error('The delivery went back to the queue: what it needs is away'));
      },
    };
    taken.add(one);
    const settlement = await settlePatiently({
      delivery,
      signal: AbortSignal.any([lost, givenBack.signal]),
      closing: closing.signal,
      handler,
      patience,
      logger,
      onHeld: (fault) => {
        one.heldFor = fault;
      },
    });
    if (taken.delete(one)) settle(settlement);
  };

  return {
    get running() {
      return running.size;
    },
    run(delivery, lost, settle) {
      const work = take(delivery, lost, settle).finally(() => running.delete(work));
      running.add(work);
      return work;
    },
    giveBackAll() {
      for (const one of taken) one.giveBack();
    },
    stopHolding: () => closing.abort(new Error('The consumer is closing')),
    async settled() {
      await Promise.all(running);
    },
    async ping() {
      const [one] = held();
      if (one) throw one.heldFor;
    },
    [Symbol.dispose]: () => counted[Symbol.dispose](),
  };
};
