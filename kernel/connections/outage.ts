/**
 * Whether a fault means that a service (PostgreSQL, Redis, RabbitMQ, a disk) cannot do its work for the moment, as
 * opposed to a wrong request. The same request may then be retried. Looks through wrappers to the first cause.
 */

/** Faults of sockets and name look-ups, and of a disk that is full, read-only or failing. */
const systemCodes =
  /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ENOSPC|EDQUOT|EROFS|EIO|EMFILE|ENFILE)/;
/**
 * SQLSTATE (PostgreSQL, appendix A): class 08 connection exceptions; 25006 read-only, as after a failover; 40001
 * serialization failure and 40P01 deadlock; class 53 insufficient resources (disk full, out of memory, too many
 * connections); 55P03 lock not available; 57014 canceled, as by a timeout; class 57P operator intervention (shutdown,
 * starting up); class 58 system errors (I/O).
 */
const sqlStates = /^(08\w{3}|25006|40001|40P01|53\w{3}|55P03|57014|57P\w\d|58\w{3})$/;
/** Faults that drivers report by message alone: pg, its pool, ioredis. */
const words =
  /connection terminated|connection ended|timeout exceeded when trying to connect|query read timeout|not queryable|client was closed|connection is closed|max retries per request|stream isn't writeable|server closed the connection|command aborted due to connection close|command timed out|socket timeout|cluster(ing)? (is )?down|all (cluster nodes|sentinels) are|failed to refresh slots/i;
/**
 * Replies of a Redis that runs but cannot or may not write: full, a replica, no disk, loading, a running script, a
 * cluster that changes.
 */
const redisReplies = /^(LOADING|OOM|READONLY|MISCONF|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|NOREPLICAS|UNBLOCKED) /;

/** Wrappers that are looked through, at most: causes may be circular. */
const maxWrappers = 8;

const codeOf = (fault: Error): string => ('code' in fault && typeof fault.code === 'string' ? fault.code : '');

export const isOutage = (fault: unknown): boolean => {
  let current: unknown = fault;
  for (let depth = 0; depth < maxWrappers && current instanceof Error; depth += 1) {
    const code = codeOf(current);
    if (systemCodes.test(code) || sqlStates.test(code)) return true;
    if (words.test(current.message) || redisReplies.test(current.message)) return true;
    current = current instanceof AggregateError ? current.errors[0] : current.cause;
  }
  return false;
};
