/**
 * The logger of a process: JSON lines on stderr (stdout stays for people), one `service` field, no secrets, no message
 * text.
 */
import pino, { type Logger } from 'pino';

export type { Logger } from 'pino';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Told nobody: tokens, and what a failed statement of PGlite was given, which may be words and secrets of tenants. */
const redact = ['authorization', '*.authorization', 'headers.authorization', 'err.query', 'err.params'];

export const createLogger = (service: string, level: LogLevel): Logger =>
  pino({ level, base: { service }, redact }, pino.destination({ dest: 2, sync: false }));
