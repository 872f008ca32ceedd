/**
 * Where a test run writes: a directory in memory where the system has one with room, because tests make and delete
 * thousands of small files; otherwise the system's temporary directory. Invariant: a directory in memory goes with its
 * run, and what a killed run left goes with the next one.
 */
import { statfsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** On Linux, files in memory. */
const memory = '/dev/shm';
const name = /^parlance-run-(\d+)-/;
/** Below these, the run stays on the disk: it writes about 2 GiB, and the processes of the tests need memory too. */
const neededRoom = 4 * 1024 ** 3;
const neededMemory = 8 * 1024 ** 3;

const hasRoom = (): boolean => {
  try {
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize > neededRoom && process.availableMemory() > neededMemory;
  } catch {
    return false;
  }
};

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

const removeLeftovers = async (): Promise<void> => {
  for (const entry of await readdir(memory)) {
    const pid = name.exec(entry)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(memory, entry), { recursive: true, force: true });
  }
};

export interface Scratch extends AsyncDisposable {
  /** Undefined: the system's temporary directory. */
  readonly path: string | undefined;
}

export const openScratch = async (): Promise<Scratch> => {
  if (!hasRoom()) return { path: undefined, async [Symbol.asyncDispose]() {} };
  await removeLeftovers();
  const path = await mkdtemp(join(memory, `parlance-run-${process.pid}-`));
  // Servers that run as a user of their own (PostgreSQL) have their directories in it.
  await chmod(path, 0o711);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
};

/** Whether a path is in memory. */
export const isInMemory = (path: string): boolean => path.startsWith(`${memory}/`);
