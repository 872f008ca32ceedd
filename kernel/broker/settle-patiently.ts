/**
 * Runs the handler of a delivery until its settlement is known. Invariant: a store that is away never costs a message:
 * the delivery is held and retried with growing pauses. Only a body that is itself at fault, proven by several tries
 * with the stores present, is dead-lettered, and only after `salvage` has ended what waits for it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isOutage } from '../connections/outage.ts';
import { AppError, isRetryable } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { ConsumeOptions, Delivery, Json, Settlement } from './broker.ts';

/** Thrown by a handler for a body that it cannot read: no further try would help. */
export class UnreadableBodyError extends Error {
  override readonly name = 'UnreadableBodyError';
}

/** The part of ConsumeOptions that decides about failing deliveries. */
export type Patience = Pick<ConsumeOptions, 'stores' | 'salvage'>;

export interface PatientDelivery {
  readonly delivery: Delivery<Json>;
  /** Aborted when the delivery is lost. */
  readonly signal: AbortSignal;
  /** Aborted when the consumer closes: held deliveries are then requeued. */
  readonly closing: AbortSignal;
  readonly handler: (delivery: Delivery<Json>, signal: AbortSignal) => Promise<Settlement>;
  readonly patience: Patience;
  readonly logger: Logger;
  /** Called with the fault for which the delivery is held, and with undefined when it no longer is. */
  readonly onHeld: (fault: unknown) => void;
}

const firstPauseMs = 200;
/** Short, so that work resumes soon after the store is back. */
const longestPauseMs = 2_000;
/** Tries of a body with the stores present: about three seconds with their pauses. */
const maxTries = 5;

const indicatesOutage = (fault: unknown): boolean =>
  isOutage(fault) || (fault instanceof AppError && isRetryable(fault.code));

const arePresent = async ({ stores }: Patience): Promise<boolean> => {
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
  /** Runs the step until no store is away; undefined when the delivery is lost. */
  const patiently = async <Result>(
    step: () => Promise<Result>,
    onFault: (fault: unknown) => 'again' | 'enough',
  ): Promise<Result | 'enough' | undefined> => {
    for (let pauses = 0; !over.aborted; pauses += 1) {
      try {
        return await step();
      } catch (fault) {
        const isStore = indicatesOutage(fault) || !(await arePresent(patience));
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
        return fault instanceof UnreadableBodyError || tries >= maxTries ? 'enough' : 'again';
      },
    );
    if (handled === undefined) return 'retry';
    if (handled !== 'enough') return handled;
    logger.error({ err: lastFault, queue, id }, 'a delivery cannot be handled and is dead-lettered');
    const salvaged = await patiently(
      async () => patience.salvage?.(delivery, lastFault),
      (fault) => {
        logger.error({ err: fault, queue, id }, 'a dead letter cannot be salvaged');
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
