/**
 * Whether a reply without a log is still known to the broker, so that nobody calls it lost: as a result or a job among
 * the dead letters, or as a job that may still wait in its queue. Invariant: what is found among the dead letters is
 * acted upon here, and the letter stays or is replayed.
 */
import type { Broker, DeadLetterAction, Json } from '#kernel/broker/broker.ts';
import { generationQueue, type Pool, pools } from '#kernel/broker/topology.ts';
import type { Logger } from '#kernel/log.ts';
import { messageFinishedSchema } from '#kernel/messages/events.ts';
import { logIdOf, type Message } from '../entities.ts';
import { salvageResult } from './salvage-result.ts';
import { type ResultServices, storeFinished } from './store-result.ts';

/** Dead letters that are looked through in one pass. */
const lettersShown = 1_000;

export interface StillKnown {
  /** Notes which queues are empty, at every pass. True while results wait to be stored. */
  observe(): Promise<boolean>;
  /**
   * Of these replies the log ids of those that the broker still knows. What can be stored of a dead result is stored on the
   * way.
   */
  among(replies: readonly Message[]): Promise<ReadonlySet<string>>;
}

const isObject = (body: Json): body is { readonly [key: string]: Json | undefined } =>
  typeof body === 'object' && body !== null && !Array.isArray(body);

export const createStillKnown = (
  services: ResultServices & { readonly broker: Broker; readonly logger: Logger },
): StillKnown => {
  const { broker, logger } = services;
  /**
   * Pool -> when its queue was last seen empty. Jobs are handed out in order: what was dispatched before that is not in
   * it.
   */
  const emptyAt = new Map<Pool, number>();

  const deadResults = async (wanted: ReadonlySet<string>): Promise<readonly string[]> => {
    const found: string[] = [];
    await broker.visitDeadLetters('conversations.results', lettersShown, async (letter): Promise<DeadLetterAction> => {
      if (!wanted.has(letter.id)) return 'keep';
      const result = messageFinishedSchema.safeParse(letter.body);
      if (result.success) await storeFinished(services, result.data);
      else await salvageResult(services, letter, logger);
      logger.error({ messageId: letter.id }, 'a result was among the dead letters and is stored now');
      found.push(letter.id);
      return 'keep';
    });
    return found;
  };
  /** A job is replayed once: what is dead again is lost. */
  const deadJobs = async (pool: Pool, wanted: ReadonlySet<string>): Promise<readonly string[]> => {
    const found: string[] = [];
    await broker.visitDeadLetters(
      generationQueue(pool),
      lettersShown,
      async ({ id, body }): Promise<DeadLetterAction> => {
        if (!wanted.has(id) || !isObject(body) || body['replayed'] === true) return 'keep';
        logger.error({ messageId: id }, 'a job was among the dead letters and is replayed');
        found.push(id);
        return { replay: { ...body, replayed: true } };
      },
    );
    if (found.length > 0) {
      // It has as long as a new one.
      await services.database.asSystem((em) =>
        em.execute(
          `update conversations.messages set dispatched_at = now() where coalesce(log_id, id) = any(?::uuid[])`,
          [`{${found.join(',')}}`],
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
    async among(replies) {
      if (replies.length === 0) return new Set();
      const wanted = new Set(replies.map(logIdOf));
      const found = [...(await deadResults(wanted))];
      const usedPools = new Set(replies.flatMap(({ generation }) => generation?.candidates[0]?.pool ?? []));
      for (const pool of usedPools) found.push(...(await deadJobs(pool, wanted)));
      return new Set([...found, ...replies.filter(mayWait).map(logIdOf)]);
    },
  };
};
