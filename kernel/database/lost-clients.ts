/**
 * Keeps a pool complete when connections are lost. `releaseLostClients` releases clients that died while they were
 * held: the query builder (Kysely 0.29) does not release a client whose connection is lost at the begin or rollback of
 * a transaction, so each outage would shrink the pool for good. `endSilentClients` ends clients whose server neither
 * responds nor closes the connection, which would otherwise take minutes.
 */
import { Socket } from 'node:net';
import type { Pool, PoolClient } from 'pg';

/** Milliseconds in which the holder of a dead client can release it: the holder's query fails at once. */
const graceMs = 1_000;

export const releaseLostClients = (pool: Pool): void => {
  const watched = new WeakSet<PoolClient>();
  const held = new Set<PoolClient>();
  const releaseLater = (client: PoolClient): void => {
    const timer = setTimeout(() => {
      if (held.has(client)) client.release(true);
    }, graceMs);
    timer.unref();
  };
  pool.on('release', (_, client) => held.delete(client));
  pool.on('acquire', (client) => {
    held.add(client);
    if (watched.has(client)) return;
    watched.add(client);
    client.once('end', () => releaseLater(client));
  });
};

/** The socket below a client. Its type does not show it. */
const socketOf = (client: PoolClient): Socket | undefined => {
  const stream: unknown = Reflect.get(Reflect.get(client, 'connection') ?? {}, 'stream');
  return stream instanceof Socket ? stream : undefined;
};

/**
 * @param silenceMs milliseconds without a byte after which a client that somebody holds is ended; its query fails as an
 * outage.
 */
export const endSilentClients = (pool: Pool, silenceMs: number): void => {
  const watched = new WeakSet<Socket>();
  pool.on('acquire', (client) => {
    const socket = socketOf(client);
    if (!socket) return;
    socket.setTimeout(silenceMs);
    if (watched.has(socket)) return;
    watched.add(socket);
    const end = (): void => {
      socket.destroy(Object.assign(new Error(`PostgreSQL was silent for ${silenceMs} ms`), { code: 'ETIMEDOUT' }));
    };
    socket.on('timeout', end);
  });
  pool.on('release', (_, client) => socketOf(client)?.setTimeout(0));
};
