/** What processes have used, from Linux's /proc. A process counts with all its descendants. */
import { readdir, readFile } from 'node:fs/promises';

export interface ProcessFigures {
  /** Of user and kernel, since the process started. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

/** Linux's USER_HZ and page size on every machine that Node runs on here. */
const ticksPerSecond = 100;
const pageBytes = 4096;

interface Entry extends ProcessFigures {
  readonly pid: number;
  readonly parent: number;
}

/** Undefined when the process has ended. */
const readEntry = async (pid: number): Promise<Entry | undefined> => {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // proc(5): the name in parentheses may hold spaces; field 3 follows it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const field = (number: number): number => Number(fields[number - 3] ?? 0);
  const ticks = field(14) + field(15) + field(16) + field(17);
  return { pid, parent: field(4), cpuSeconds: ticks / ticksPerSecond, residentBytes: field(24) * pageBytes };
};

/** Of each named process, by its name. */
export const readFigures = async (pids: ReadonlyMap<string, number>): Promise<ReadonlyMap<string, ProcessFigures>> => {
  const numbers = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const entries = (await Promise.all(numbers.map(readEntry))).filter((entry) => entry !== undefined);
  const sum = (pid: number): ProcessFigures => {
    const own = entries.find((entry) => entry.pid === pid);
    return entries
      .filter((entry) => entry.parent === pid)
      .map((child) => sum(child.pid))
      .reduce(
        (total, child) => ({
          cpuSeconds: total.cpuSeconds + child.cpuSeconds,
          residentBytes: total.residentBytes + child.residentBytes,
        }),
        { cpuSeconds: own?.cpuSeconds ?? 0, residentBytes: own?.residentBytes ?? 0 },
      );
  };
  return new Map([...pids].map(([name, pid]) => [name, sum(pid)]));
};
