/**
 * Publishes an event until the broker confirms it. Invariant: it resolves only after the confirm, so that whatever
 * follows (the terminal event of a stream) is never seen before the result is safe.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker, Json } from '#kernel/broker/broker.ts';
import type { Logger } from '#kernel/log.ts';
import { inSpan } from '#kernel/telemetry/tracing.ts';

const firstPauseMs = 100;
const longestPauseMs = 5_000;

export interface PublishOptions {
  readonly routingKey: string;
  readonly id: string;
  readonly body: Json;
  /** Ends the attempts. */
  readonly signal: AbortSignal;
  /** Called after each failed attempt. */
  readonly onFailed?: () => void;
}

/** Rejects only with the signal's reason. */
export const publishUntilConfirmed = async (
  { broker, logger }: { readonly broker: Broker; readonly logger: Logger },
  { routingKey, id, body, signal, onFailed }: PublishOptions,
): Promise<void> => {
  for (let pause = firstPauseMs; ; pause = Math.min(longestPauseMs, pause * 2)) {
    signal.throwIfAborted();
    try {
      await inSpan(`publish ${routingKey}`, { kind: 'producer' }, () => broker.publish('events', routingKey, id, body));
      return;
    } catch (err) {
      logger.warn({ err, routingKey, id }, 'the broker did not take an event; publishing is retried');
      onFailed?.();
      await sleep(pause * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined);
    }
  }
};
