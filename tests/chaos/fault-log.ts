/**
 * What the processes say went wrong, with the time of each line: so that a violation is reported together with its
 * causes. Bounded: the oldest lines go first.
 */
import { z } from 'zod';

export interface FaultLine {
  readonly atMs: number;
  readonly process: string;
  readonly text: string;
  /** Not a warning. */
  readonly isError: boolean;
}

export interface FaultLog {
  /** Takes a line of a process's log as it was written; what is no fault is left out. */
  readonly take: (process: string, line: string) => void;
  /** Errors around a moment, and errors and warnings that name a text, such as a message's id; the oldest first. */
  about(atMs: number | undefined, text: string): readonly FaultLine[];
}

const mostLines = 20_000;
/** pino's numbers. */
const warningLevel = 40;
const errorLevel = 50;
/** Milliseconds: a client hears of a fault soon after it was logged, a retry or a deadline later at most. */
const beforeMs = 4_000;
const afterMs = 500;

const lineSchema = z.looseObject({
  level: z.number(),
  time: z.number(),
  msg: z.string().default(''),
  pid: z.unknown().optional(),
  service: z.unknown().optional(),
});

/** A line that is not of the log is what a process says when it dies: always a fault. */
const parse = (process: string, line: string): FaultLine | undefined => {
  let written: unknown;
  try {
    written = JSON.parse(line);
  } catch {
    return { atMs: Date.now(), process, text: line, isError: true };
  }
  const parsed = lineSchema.safeParse(written);
  if (!parsed.success) return { atMs: Date.now(), process, text: line, isError: true };
  const { level, time, msg, pid: _pid, service: _service, ...rest } = parsed.data;
  if (level < warningLevel) return undefined;
  return { atMs: time, process, text: `${msg} ${JSON.stringify(rest)}`, isError: level >= errorLevel };
};

export const createFaultLog = (): FaultLog => {
  const lines: FaultLine[] = [];
  return {
    take(process, line) {
      const fault = parse(process, line);
      if (fault) lines.push(fault);
      if (lines.length > mostLines) lines.shift();
    },
    about: (atMs, text) =>
      lines.filter(
        (line) =>
          (atMs !== undefined && line.isError && line.atMs > atMs - beforeMs && line.atMs < atMs + afterMs) ||
          (text !== '' && line.text.includes(text)),
      ),
  };
};
