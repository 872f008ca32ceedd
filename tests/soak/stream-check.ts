/**
 * The judge of one stream: every event once and in order, each one right, and an end that says the truth: clean after
 * the last event only, and with an error only where the source was lost and the stream is none that goes on.
 */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { checkResult, type Verdict } from './check.ts';
import type { StreamOperation } from './operations.ts';
import type { Stand } from './stand.ts';

const failureSchema = z.array(z.object({ extensions: z.object({ code: z.string() }) })).min(1);
const lossCodes: ReadonlySet<string> = new Set(['SUBSCRIPTION_LOST', 'SUBGRAPH_UNAVAILABLE']);

export interface StreamCheck {
  next(payload: unknown): void;
  /** @param errors undefined at a clean end. */
  end(errors: unknown): void;
  /** Events so far. */
  readonly seq: number;
  verdict(): Verdict;
}

const extensionsOf = (payload: unknown): unknown =>
  typeof payload === 'object' && payload !== null && 'extensions' in payload ? payload.extensions : undefined;

export const createStreamCheck = (
  { event, last, isResumable }: StreamOperation,
  { outages, moves }: Pick<Stand, 'outages' | 'moves'>,
): StreamCheck => {
  const startedAt = performance.now();
  const faults: string[] = [];
  let seq = 0;
  let isPartial = false;
  return {
    next(payload) {
      seq += 1;
      if (seq > last) {
        faults.push(`event ${seq} of ${last}`);
        return;
      }
      const verdict = checkResult(payload, event(seq), outages.during(startedAt, performance.now()));
      faults.push(...verdict.faults.map((fault) => `event ${seq}: ${fault}`));
      isPartial ||= verdict.isPartial;
      const extensions = isResumable ? { cursor: String(seq) } : undefined;
      if (!isDeepStrictEqual(extensionsOf(payload), extensions)) faults.push(`event ${seq}: another cursor`);
    },
    end(errors) {
      if (errors === undefined) {
        if (seq !== last) faults.push(`a clean end after ${seq} of ${last} events`);
        return;
      }
      const now = performance.now();
      const wasLost = [outages, moves].some((times) => times.during(startedAt, now).has('catalog'));
      const parsed = failureSchema.safeParse(errors);
      const isLoss = parsed.success && parsed.data.every(({ extensions }) => lossCodes.has(extensions.code));
      if (isResumable || !wasLost || !isLoss) faults.push(`ended after ${seq} events by ${JSON.stringify(errors)}`);
      isPartial = true;
    },
    get seq() {
      return seq;
    },
    verdict: () => ({ faults, isPartial }),
  };
};
