/**
 * The logger of a process: JSON lines on stderr (stdout is for people), with one `service` field, without secrets and
 * without texts of messages.
 */
import pino, { type Logger } from 'pino';

export type { Logger } from 'pino';

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Never logged: tokens, and the parameters of a failed PGlite statement, which may be texts and secrets of tenants. */
const redact = ['authorization', '*.authorization', 'headers.authorization', 'err.query', 'err.params'];

export const createLogger = (service: string, level: LogLevel): Logger =>
  pino({ level, base: { service }, redact }, pino.destination({ dest: 2, sync: false }));
