/**
 * Has a process of its own read a file, and watches it. Invariant: it ends within its time and its memory, whatever is
 * in the file, and this process holds nothing of the content. What is ended for its memory or time is too large.
 */
import { fork } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fileFailureCodes, fileKinds } from '#contracts/files.ts';
import type { Extraction, ExtractionTask } from './extraction/extract.ts';
import { ExtractionFault } from './extraction/extraction-fault.ts';

export interface ExtractionBounds {
  /** Resident memory of the process. */
  readonly memoryBytes: number;
  /** Time that the process computes. */
  readonly timeMs: number;
  /** Time on the clock: longer, because others compute too. */
  readonly clockMs: number;
}

const defaultExtractionBounds: ExtractionBounds = { memoryBytes: 400 * 1_048_576, timeMs: 30_000, clockMs: 120_000 };

/** Milliseconds between two looks at the memory and the time of the process. */
const watchEveryMs = 25;
/** Megabytes of the heap: below the bound, so that most files that are too large end by themselves. */
const heapMegabytes = 256;
const pageBytes = 4_096;
/** Of Linux, on every machine. */
const tickMs = 10;

const program = join(import.meta.dirname, 'extraction', 'main.ts');

const resultSchema = z.object({
  extraction: z
    .object({
      mediaType: z.string(),
      kind: z.enum(fileKinds),
      pageCount: z.int().nullable(),
      textLength: z.int().nullable(),
    })
    .optional(),
  failure: z.object({ code: z.enum(fileFailureCodes), message: z.string() }).optional(),
});

/**
 * What the process has and took, where the system says it (Linux). Elsewhere nothing, and the bounds of the heap and of
 * the time on the clock are all there is.
 */
const readUse = async (pid: number): Promise<Pick<ExtractionBounds, 'memoryBytes' | 'timeMs'>> => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // Behind the name of the program, which may hold anything: the times in user and kernel mode, and the pages.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, kernel, pages] = [11, 12, 21].map((field) => Number(fields[field] ?? 0));
  return { memoryBytes: (pages ?? 0) * pageBytes, timeMs: ((user ?? 0) + (kernel ?? 0)) * tickMs };
};

const tooLarge = (): ExtractionFault =>
  new ExtractionFault('TOO_LARGE', 'Reading the file takes more memory or time than a file may take.');

/** Throws ExtractionFault, and the signal's reason when it is aborted. */
export const runExtraction = async (
  task: ExtractionTask,
  signal: AbortSignal,
  bounds: ExtractionBounds = defaultExtractionBounds,
): Promise<Extraction> => {
  signal.throwIfAborted();
  const child = fork(program, [], {
    execArgv: [`--max-old-space-size=${heapMegabytes}`, '--disable-warning=ExperimentalWarning'],
    // No keys and no addresses: it reads a file of a stranger.
    env: { NODE_ENV: 'production' },
    cwd: task.directory,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let exceeded = false;
  const end = (): void => {
    exceeded = true;
    child.kill('SIGKILL');
  };
  const timer = setTimeout(end, bounds.clockMs);
  const watch = setInterval(() => {
    const { pid } = child;
    if (pid === undefined) return;
    void readUse(pid).then(({ memoryBytes, timeMs }) => {
      if (memoryBytes > bounds.memoryBytes || timeMs > bounds.timeMs) end();
    });
  }, watchEveryMs);
  const abort = (): void => void child.kill('SIGKILL');
  signal.addEventListener('abort', abort, { once: true });
  try {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', () => resolve(undefined));
    child.send(task, (fault) => fault && resolve(undefined));
    const result = resultSchema.safeParse(await promise);
    signal.throwIfAborted();
    if (exceeded || !result.success) throw tooLarge();
    const { extraction, failure } = result.data;
    if (failure) throw new ExtractionFault(failure.code, failure.message);
    if (!extraction) throw tooLarge();
    return extraction;
  } finally {
    clearTimeout(timer);
    clearInterval(watch);
    signal.removeEventListener('abort', abort);
    child.kill('SIGKILL');
  }
};
