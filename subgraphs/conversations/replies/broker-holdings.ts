/**
 * Finds replies without a log that the broker still holds, so that the sweep does not end them as lost: as a result or
 * a job among the dead letters, or as a job that may still wait in its queue. Invariant: a dead letter that is found is
 * handled here: its result is stored and the letter stays, or its job is replayed.
 */

import { messageFinishedSchema } from '#contracts/broker-events.ts';
import { generationQueue, type Pool, pools } from '#contracts/pools.ts';
import type { Broker, DeadLetterAction, Json } from '#kernel/broker/broker.ts';
import { arrayLiteral } from '#kernel/database/array-literal.ts';
import type { Logger } from '#kernel/log.ts';
import { logIdOf, type Message } from '../entities.ts';
import { salvageResult } from './salvage-result.ts';
import { type ReplyServices, storeFinished } from './store-result.ts';

/** Most dead letters that one pass visits. */
const maxVisited = 1_000;

export interface BrokerHoldings {
  /** Call at every pass: notes which queues are empty. Returns whether results wait to be stored. */
  observe(): Promise<boolean>;
  /** Returns the log ids of those replies that the broker still holds. Stores what can be kept of dead results. */
  findHeld(replies: readonly Message[]): Promise<ReadonlySet<string>>;
}

const isObject = (body: Json): body is { readonly [key: string]: Json | undefined } =>
  typeof body === 'object' && body !== null && !Array.isArray(body);

export const createBrokerHoldings = (
  services: ReplyServices & { readonly broker: Broker; readonly logger: Logger },
): BrokerHoldings => {
  const { broker, logger } = services;
  /**
   * When each pool's queue was last empty. Queues are in order, so a job dispatched before that is not in the queue.
   */
  const emptyAt = new Map<Pool, number>();

  const storeDeadResults = async (wanted: ReadonlySet<string>): Promise<readonly string[]> => {
    const found: string[] = [];
    await broker.visitDeadLetters('conversations.results', maxVisited, async (letter): Promise<DeadLetterAction> => {
      if (!wanted.has(letter.id)) return 'keep';
      const result = messageFinishedSchema.safeParse(letter.body);
      if (result.success) await storeFinished(services, result.data);
      else await salvageResult(services, letter, logger);
      logger.error({ messageId: letter.id }, 'stored a result that was among the dead letters');
      found.push(letter.id);
      return 'keep';
    });
    return found;
  };
  /** Replays each job once: a job that is dead again counts as lost. */
  const replayDeadJobs = async (pool: Pool, wanted: ReadonlySet<string>): Promise<readonly string[]> => {
    const found: string[] = [];
    await broker.visitDeadLetters(
      generationQueue(pool),
      maxVisited,
      async ({ id, body }): Promise<DeadLetterAction> => {
        if (!wanted.has(id) || !isObject(body) || body['replayed'] === true) return 'keep';
        logger.error({ messageId: id }, 'replayed a job that was among the dead letters');
        found.push(id);
        return { replay: { ...body, replayed: true } };
      },
    );
    if (found.length > 0) {
      // A replayed job has as much time as a new one.
      await services.database.asSystem((em) =>
        em.execute(
          `update conversations.messages set dispatched_at = now() where coalesce(log_id, id) = any(?::uuid[])`,
          [arrayLiteral(found)],
        ),
      );
    }
    return found;
  };
  const mayWait = ({ generation, dispatchedAt }: Message): boolean => {
    const pool = generation?.candidates[0]?.pool;
    if (pool === undefined || !dispatchedAt) return false;
    return dispatchedAt.getTime() > (emptyAt.get(pool) ?? 0);
  };

  return {
    async observe() {
      for (const pool of pools) {
        const { ready } = await broker.depth(generationQueue(pool));
        if (ready === 0) emptyAt.set(pool, Date.now());
      }
      return (await broker.depth('conversations.results')).ready > 0;
    },
    async findHeld(replies) {
      if (replies.length === 0) return new Set();
      const wanted = new Set(replies.map(logIdOf));
      const found = [...(await storeDeadResults(wanted))];
      const usedPools = new Set(replies.flatMap(({ generation }) => generation?.candidates[0]?.pool ?? []));
      for (const pool of usedPools) found.push(...(await replayDeadJobs(pool, wanted)));
      return new Set([...found, ...replies.filter(mayWait).map(logIdOf)]);
    },
  };
};
