/**
 * The logger of a process: JSON lines on stderr (stdout is for people), with one `service` field. Lines hold no
 * secrets, no texts of messages and no data about people: errors are described by a few of their fields, and every line
 * is masked.
 */
import pino, { type DestinationStream, type Logger } from 'pino';
import { describeFault } from './telemetry/describe-fault.ts';
import { maskLine } from './telemetry/mask-log-line.ts';

export type { Logger } from 'pino';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

const redact = ['authorization', '*.authorization', 'headers.authorization'];

/** @param destination where lines go; by default stderr, written in the background. */
export const createLogger = (
  service: string,
  level: LogLevel,
  destination: DestinationStream = pino.destination({ dest: 2, sync: false }),
): Logger =>
  pino(
    { level, base: { service }, redact, serializers: { err: describeFault }, hooks: { streamWrite: maskLine } },
    destination,
  );
