/**
 * Runs the handler of a delivery until it is known what becomes of it. Invariant: a store that is away never costs a
 * message: the delivery is held and tried again with growing pauses. Only a body that is itself at fault, proven by
 * several tries with the stores there, is dead-lettered, and only after `salvage` has ended what waits for it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isOutage } from '../connections/outage.ts';
import { AppError, isRetryable } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { ConsumeOptions, Delivery, Json, Settlement } from './broker.ts';

/** A handler throws it about a body that it cannot read: no further try would change that. */
export class UnreadableBodyError extends Error {
  override readonly name = 'UnreadableBodyError';
}

/** What of ConsumeOptions decides about a delivery that fails. */
export type Patience = Pick<ConsumeOptions, 'stores' | 'salvage'>;

export interface PatientDelivery {
  readonly delivery: Delivery<Json>;
  /** Aborted when the delivery is no longer ours. */
  readonly signal: AbortSignal;
  /** Aborted when the consumer is closed: what is held goes back to the queue. */
  readonly closing: AbortSignal;
  readonly handler: (delivery: Delivery<Json>, signal: AbortSignal) => Promise<Settlement>;
  readonly patience: Patience;
  readonly logger: Logger;
  /** Called with the fault for which the delivery is held, and with undefined when it is held no more. */
  readonly onHeld: (fault: unknown) => void;
}

const firstPauseMs = 200;
/** Short, so that work goes on soon after the store is back. */
const longestPauseMs = 2_000;
/** Tries of a body with the stores there: with their pauses about three seconds. */
const mostTries = 5;

const speaksOfOutage = (fault: unknown): boolean =>
  isOutage(fault) || (fault instanceof AppError && isRetryable(fault.code));

const areThere = async ({ stores }: Patience): Promise<boolean> => {
  try {
    await stores?.ping();
    return true;
  } catch {
    return false;
  }
};

export const settlePatiently = async (options: PatientDelivery): Promise<Settlement> => {
  const { delivery, signal, closing, handler, patience, logger, onHeld } = options;
  const { queue, id } = delivery;
  const over = AbortSignal.any([signal, closing]);
  let isHeld = false;
  const hold = async (fault: unknown, pauses: number): Promise<void> => {
    if (!isHeld) logger.warn({ err: fault, queue, id }, 'a delivery is held: what it needs is away');
    isHeld = true;
    onHeld(fault);
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(pauses, 10));
    await sleep(pause * (0.5 + Math.random() / 2), undefined, { signal: over }).catch(() => undefined);
  };
  /** Runs the step until no store is away; undefined when the delivery is no longer ours. */
  const patiently = async <Result>(
    step: () => Promise<Result>,
    onFault: (fault: unknown) => 'again' | 'enough',
  ): Promise<Result | 'enough' | undefined> => {
    for (let pauses = 0; !over.aborted; pauses += 1) {
      try {
        return await step();
      } catch (fault) {
        const isStore = speaksOfOutage(fault) || !(await areThere(patience));
        if (over.aborted) return undefined;
        if (!isStore && onFault(fault) === 'enough') return 'enough';
        await hold(fault, pauses);
      }
    }
    return undefined;
  };
  let tries = 0;
  let lastFault: unknown;
  const settlement = async (): Promise<Settlement> => {
    const handled = await patiently(
      () => handler(delivery, signal),
      (fault) => {
        lastFault = fault;
        tries += 1;
        return fault instanceof UnreadableBodyError || tries >= mostTries ? 'enough' : 'again';
      },
    );
    if (handled === undefined) return 'retry';
    if (handled !== 'enough') return handled;
    logger.error({ err: lastFault, queue, id }, 'a delivery cannot be handled and goes to the dead letters');
    const salvaged = await patiently(
      async () => patience.salvage?.(delivery, lastFault),
      (fault) => {
        logger.error({ err: fault, queue, id }, 'nothing could be kept of a dead letter');
        return 'enough';
      },
    );
    return salvaged === undefined && over.aborted ? 'retry' : 'dead';
  };
  try {
    return await settlement();
  } finally {
    if (isHeld) onHeld(undefined);
  }
};
