/**
 * The embedder of an installation that names no other: the Universal Sentence Encoder (lite), whose weights are in its
 * package, in a thread of this process. It knows English; of other languages it compares little more than spelling, so
 * their passages are found mainly by their words. Invariants: one text is encoded at a time, questions first; a bounded
 * number of texts waits, beyond that one is refused as BUSY; the thread starts with the first text, is replaced when it
 * does not respond, and ends when it has had nothing to do, because it holds some 300 MB.
 */
import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { type Embedder, EmbeddingFault, type EmbeddingPurpose, normalised } from './embedder.ts';

export const sentenceEncoderId = 'embedded/sentence-encoder-lite';

/** Measured with `npm run retrieval`: from 0.1 on, it moves passages that words had put in the right place. */
const rankWeight = 0.05;
/** Characters that are encoded: beyond them, the mean over a text says less about each part. */
const longestEncoded = 2_400;
const mostWaiting = 512;
/** One text takes 10 to 200 ms; the first waits for the thread. */
const defaults = { idleMs: 120_000, respondMs: 30_000 };

const responseSchema = z.object({
  id: z.number(),
  vector: z.instanceof(Float32Array).optional(),
  fault: z.string().optional(),
});

interface Task {
  readonly text: string;
  readonly resolve: (vector: Float32Array) => void;
  readonly reject: (fault: EmbeddingFault) => void;
}

export interface SentenceEncoder extends Embedder, AsyncDisposable {
  /** Whether its thread runs. */
  readonly isRunning: boolean;
}

export const createSentenceEncoder = (options: Partial<typeof defaults> = {}): SentenceEncoder => {
  const { idleMs, respondMs } = { ...defaults, ...options };
  const waiting: Record<EmbeddingPurpose, Task[]> = { QUESTION: [], PASSAGES: [] };
  let thread: Worker | undefined;
  let running: Task | undefined;
  let lastId = 0;
  let clock: NodeJS.Timeout | undefined;
  let closed = false;

  const stop = async (): Promise<void> => {
    clearTimeout(clock);
    const stopped = thread;
    thread = undefined;
    await stopped?.terminate();
  };
  const settle = (end: (task: Task) => void): void => {
    clearTimeout(clock);
    const task = running;
    running = undefined;
    if (task) end(task);
    next();
  };
  const fail = (cause?: unknown): void => {
    void stop();
    settle((task) => task.reject(new EmbeddingFault('UNREACHABLE', { cause })));
  };
  const start = (): Worker => {
    const started = new Worker(new URL('./sentence-encoder-thread.ts', import.meta.url));
    started.unref();
    started.on('message', (message: unknown) => {
      const { id, vector, fault } = responseSchema.parse(message);
      if (started !== thread || id !== lastId) return;
      settle((task) => {
        try {
          if (!vector) throw new EmbeddingFault('UNREADABLE', { cause: fault });
          task.resolve(normalised(vector));
        } catch (cause) {
          task.reject(cause instanceof EmbeddingFault ? cause : new EmbeddingFault('UNREADABLE', { cause }));
        }
      });
    });
    const onGone = (cause: unknown): void => {
      if (started === thread) fail(cause);
    };
    started.on('error', onGone);
    started.on('exit', onGone);
    return started;
  };
  const next = (): void => {
    if (running !== undefined || closed) return;
    running = waiting.QUESTION.shift() ?? waiting.PASSAGES.shift();
    clearTimeout(clock);
    if (running === undefined) {
      if (thread !== undefined) clock = setTimeout(() => void stop(), idleMs).unref();
      return;
    }
    thread ??= start();
    lastId += 1;
    clock = setTimeout(fail, respondMs).unref();
    thread.postMessage({ id: lastId, text: running.text });
  };
  const encode = (text: string, purpose: EmbeddingPurpose, signal: AbortSignal): Promise<Float32Array> => {
    const queue = waiting[purpose];
    const { promise, resolve, reject } = Promise.withResolvers<Float32Array>();
    const task = { text: text.slice(0, longestEncoded).toWellFormed().trim() || '.', resolve, reject };
    const leave = (): void => {
      const place = queue.indexOf(task);
      if (place !== -1) queue.splice(place, 1);
      reject(new EmbeddingFault('TIMEOUT'));
    };
    if (closed || signal.aborted) leave();
    else {
      queue.push(task);
      signal.addEventListener('abort', leave, { once: true });
      next();
    }
    return promise.finally(() => signal.removeEventListener('abort', leave));
  };

  return {
    modelId: sentenceEncoderId,
    price: '0',
    rankWeight,
    get isRunning() {
      return thread !== undefined;
    },
    async embed(texts, purpose, signal) {
      if (waiting[purpose].length + texts.length > mostWaiting) throw new EmbeddingFault('BUSY');
      return { vectors: await Promise.all(texts.map((text) => encode(text, purpose, signal))), tokens: 0 };
    },
    async [Symbol.asyncDispose]() {
      closed = true;
      const left = [running, ...waiting.QUESTION.splice(0), ...waiting.PASSAGES.splice(0)];
      running = undefined;
      for (const task of left) task?.reject(new EmbeddingFault('UNREACHABLE'));
      await stop();
    },
  };
};
