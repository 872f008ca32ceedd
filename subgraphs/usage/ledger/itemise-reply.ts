/** The items of a billed reply, as Message.usage shows them: one for each attempt or model that had a share in it. */
import type { LedgerShare, UsageEvent } from '../entities.ts';

/** One share of a reply, with the times of the worker that ended the reply. */
export interface BilledAttempt extends Omit<LedgerShare, 'modelId'> {
  readonly modelId: string | null | undefined;
  readonly queueWaitMs: number;
  readonly firstTokenMs: number | null | undefined;
  readonly durationMs: number;
  readonly occurredAt: Date;
}

/** The times of an attempt whose worker was lost or whose model was replaced are unknown. */
const unknownTimes = { queueWaitMs: 0, firstTokenMs: null, durationMs: 0 };

export const itemiseReply = (event: UsageEvent): readonly BilledAttempt[] =>
  event.attempts.length === 0
    ? [{ ...event, inAnswer: true }]
    : event.attempts.map((share, index) =>
        index === event.attempts.length - 1 ? { ...event, ...share } : { ...event, ...share, ...unknownTimes },
      );
