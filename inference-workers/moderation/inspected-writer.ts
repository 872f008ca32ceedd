/**
 * Holds back what the rules have released until the detectors have inspected it. They get it in batches that grow, so a
 * reply leads to a bounded number of requests, one at a time. Invariants: the order is kept; nothing is shown that was
 * not inspected, nor anything after a refusal; what waits is bounded, because beyond that the caller is asked to wait.
 */
import type { Inspect } from './inspection.ts';
import { type BlockedText, blockedText, OutputRefusal } from './output-refusal.ts';

type DeltaKind = 'TokenDelta' | 'ReasoningDelta';

interface Stretch {
  readonly kind: DeltaKind;
  readonly text: string;
}

export interface InspectedWriter {
  /** When it returns a promise, await that before writing more. */
  write(text: string, kind: DeltaKind): Promise<void> | undefined;
  /** Resolves when everything is inspected and shown, or refused. */
  end(): Promise<void>;
  /** What is not inspected yet is dropped. */
  drop(): void;
}

export interface InspectedWriterOptions {
  readonly inspect: Inspect;
  readonly show: (text: string, kind: DeltaKind) => Promise<void> | undefined;
  readonly onRefused: (refusal: OutputRefusal) => void;
  /** The end of what the reply shows before. */
  readonly shown: string;
}

/** Characters of the first batch, and of the largest; each one is twice as long as the one before. */
const [firstBatch, largestBatch] = [200, 3_200];
/** Characters that a batch repeats of what was inspected, so that nothing hides at its border. */
const overlap = 200;
const mostWaiting = 16_000;

export const createInspectedWriter = (options: InspectedWriterOptions): InspectedWriter => {
  const { inspect, show, onRefused } = options;
  let waiting: Stretch[] = [];
  let length = 0;
  let batchLength = firstBatch;
  let before = options.shown.slice(-overlap);
  let running: Promise<void> | undefined;
  let isClosed = false;

  const inspectBatch = async (batch: readonly Stretch[]): Promise<void> => {
    const text = batch.map((one) => one.text).join('');
    const found = await inspect(before + text);
    if (isClosed) return;
    if (found === undefined) {
      before = (before + text).slice(-overlap);
      for (const one of batch) void show(one.text, one.kind);
      return;
    }
    isClosed = true;
    const blocked: BlockedText | undefined =
      found === 'UNKNOWN' ? undefined : blockedText(before, { found, held: text });
    onRefused(new OutputRefusal(found === 'UNKNOWN' ? 'MODERATION_UNAVAILABLE' : 'CONTENT_BLOCKED', blocked));
  };
  const run = async (least: () => number): Promise<void> => {
    while (!isClosed && length > 0 && length >= least()) {
      const batch = waiting;
      waiting = [];
      length = 0;
      batchLength = Math.min(largestBatch, 2 * batchLength);
      await inspectBatch(batch);
    }
  };
  const start = (least: () => number): Promise<void> => {
    running ??= run(least).finally(() => {
      running = undefined;
    });
    return running;
  };

  return {
    write(text, kind) {
      if (isClosed) return undefined;
      waiting.push({ text, kind });
      length += text.length;
      if (length >= batchLength) void start(() => batchLength);
      return length > mostWaiting ? running : undefined;
    },
    async end() {
      await running;
      await start(() => 1);
    },
    drop() {
      isClosed = true;
    },
  };
};
