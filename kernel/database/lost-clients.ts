/**
 * Gives clients back to their pool that died while somebody held them. The query builder forgets to where the connection is lost as a
 * transaction begins or is rolled back (Kysely 0.29); each outage would then cost the pool some of its places, for good.
 */
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
