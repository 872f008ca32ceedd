/**
 * How fast each pool of workers serves: the most replies that it ended in any ten seconds of the last minutes. Not the
 * mean, because a pool that has had little to do is not slow. Titles are not counted, so the figure is rather too low.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { z } from 'zod';
import { type Pool, pools } from '#contracts/pools.ts';

/** Replies per second. A pool that served nothing lately is absent. */
export type PoolPaces = ReadonlyMap<Pool, number>;

const windowMinutes = 5;
const spanSeconds = 10;

const pacesSql = `
  with served as (
    select m.pool, count(distinct (o.tenant_id, o.message_id)) as replies
    from models.generation_outcomes o join models.models m on m.id = o.model_id
    where o.finished_at > now() - interval '${windowMinutes} minutes'
    group by m.pool, floor(extract(epoch from o.finished_at) / ${spanSeconds})
  )
  select pool, max(replies) as replies from served group by pool`;
const rowsSchema = z.array(z.object({ pool: z.enum(pools), replies: z.coerce.number() }));

export const readPoolPaces = async (em: EntityManager): Promise<PoolPaces> => {
  const rows = rowsSchema.parse(await em.execute(pacesSql));
  return new Map(rows.map(({ pool, replies }) => [pool, replies / spanSeconds]));
};
