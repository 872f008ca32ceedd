/**
 * The gateway's side of the planner's thread (planner-worker.ts), which starts when it is first needed and restarts
 * after it has ended. A task that takes too long, or more memory than the thread may use, ends the thread, and with it
 * only that task. Tasks are sent one at a time.
 */
import { Worker } from 'node:worker_threads';
import { LRUCache } from 'lru-cache';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import type { SchemaGeneration } from '../supergraph/schema-generation.ts';
import {
  knownGenerations,
  type PlannerOutcome,
  type PlannerRequest,
  type PlannerResponse,
  type PlannerTask,
} from './planner-protocol.ts';

export interface PlannerThread extends AsyncDisposable {
  /**
   * Sends a task. The previous one must have ended.
   * @returns its outcome and the milliseconds that it took. Rejects with OPERATION_TOO_COMPLEX when it took too much.
   */
  ask(
    generation: SchemaGeneration,
    task: PlannerTask,
  ): Promise<{ readonly outcome: PlannerOutcome; readonly ms: number }>;
}

export interface PlannerThreadOptions {
  readonly logger: Logger;
  /** Milliseconds for one task, including the start of the thread and reading a supergraph. Default 10,000. */
  readonly deadlineMs?: number;
}

const defaultDeadlineMs = 10_000;
/** Heap of the thread: a supergraph of some megabytes and the largest plan fit many times over. */
const maxOldGenerationSizeMb = 512;

const tooMuch = (cause: unknown): AppError =>
  new AppError('OPERATION_TOO_COMPLEX', 'The operation takes too long to plan. Ask for less at once.', { cause });

const isOutOfMemory = (fault: Error): boolean => 'code' in fault && fault.code === 'ERR_WORKER_OUT_OF_MEMORY';

const closed = (): AppError =>
  new AppError('OVERLOADED', 'The gateway is shutting down. Try again.', { retryAfterMs: 1000 });

interface Running {
  readonly worker: Worker;
  /** Numbers of the generations that the thread has, evicted by the same rule as there. */
  readonly known: LRUCache<number, true>;
}

export const createPlannerThread = ({
  logger,
  deadlineMs = defaultDeadlineMs,
}: PlannerThreadOptions): PlannerThread => {
  const numbers = new WeakMap<SchemaGeneration, number>();
  let generations = 0;
  let requests = 0;
  let isClosed = false;
  let running: Running | undefined;
  let current: { readonly id: number; readonly settle: (response: PlannerResponse | Error) => void } | undefined;

  const start = (): Running => {
    const worker = new Worker(new URL('./planner-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb },
    });
    const started = { worker, known: new LRUCache<number, true>({ max: knownGenerations }) };
    const lose = (cause: Error): void => {
      if (running !== started) return;
      running = undefined;
      current?.settle(cause);
    };
    worker.unref();
    worker.on('message', (response: PlannerResponse) => {
      if (running === started && response.id === current?.id) current.settle(response);
    });
    worker.on('error', (err) => {
      logger.error({ err }, 'the thread of the planner failed');
      lose(isOutOfMemory(err) ? tooMuch(err) : err);
    });
    worker.on('exit', (code) => lose(new Error(`the thread of the planner ended with ${code}`)));
    return started;
  };
  const numberOf = (generation: SchemaGeneration): number => {
    const known = numbers.get(generation);
    if (known !== undefined) return known;
    generations += 1;
    numbers.set(generation, generations);
    return generations;
  };

  return {
    async ask(generation, task) {
      if (isClosed) throw closed();
      running ??= start();
      const { worker, known } = running;
      requests += 1;
      const number = numberOf(generation);
      const isKnown = known.get(number) === true;
      known.set(number, true);
      const request: PlannerRequest = {
        id: requests,
        generation: number,
        sdl: isKnown ? undefined : generation.sdl,
        task,
      };
      const { promise, resolve } = Promise.withResolvers<PlannerResponse | Error>();
      current = { id: requests, settle: resolve };
      const timer = setTimeout(() => {
        running = undefined;
        void worker.terminate();
        resolve(tooMuch(new Error(`no outcome in ${deadlineMs} ms`)));
      }, deadlineMs);
      worker.postMessage(request);
      const response = await promise;
      clearTimeout(timer);
      current = undefined;
      if (response instanceof Error) throw response;
      return response;
    },
    async [Symbol.asyncDispose]() {
      const ending = running;
      isClosed = true;
      running = undefined;
      current?.settle(closed());
      await ending?.worker.terminate();
    },
  };
};
