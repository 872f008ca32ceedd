/**
 * Keeps a pool whole when connections are lost. `releaseLostClients` gives clients back that died while somebody held
 * them: the query builder forgets to where the connection is lost as a transaction begins or is rolled back (Kysely
 * 0.29), and each outage would cost the pool some of its places, for good. `endSilentClients` ends those whose server
 * neither answers nor closes, which nothing else does within minutes.
 */
import { Socket } from 'node:net';
import type { Pool, PoolClient } from 'pg';

/** Milliseconds in which whoever holds a dead client gives it back himself: his query is refused at once. */
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
