/**
 * Whether a fault says that a service (PostgreSQL, Redis, RabbitMQ) or the way to it is away for the moment, and not that the request was
 * wrong: then the same request may be tried again. Looks through wrappers to the first cause.
 */

/** Of sockets and their names. */
const socketCodes = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)/;
/** SQLSTATE: class 08 connection exceptions, class 57P operator intervention (shutdown, starting up), 53300 too many connections. */
const sqlStates = /^(08\d{3}|57P0\d|53300)$/;
/** What drivers say in words alone: pg, its pool, ioredis, and Redis while it loads its data. */
const words =
  /connection terminated|connection ended|timeout exceeded when trying to connect|not queryable|client was closed|connection is closed|max retries per request|stream isn't writeable|server closed the connection|command aborted due to connection close|^LOADING /i;

/** Wrappers deep at most: causes may be circular. */
const mostWrappers = 8;

const codeOf = (fault: Error): string => ('code' in fault && typeof fault.code === 'string' ? fault.code : '');

export const isOutage = (fault: unknown): boolean => {
  let current: unknown = fault;
  for (let depth = 0; depth < mostWrappers && current instanceof Error; depth += 1) {
    const code = codeOf(current);
    if (socketCodes.test(code) || sqlStates.test(code) || words.test(current.message)) return true;
    current = current instanceof AggregateError ? current.errors[0] : current.cause;
  }
  return false;
};
