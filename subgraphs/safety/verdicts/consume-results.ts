/**
 * Consumes the queue `safety.results`: screens replies, withdraws those that are blocked from the caches, and records
 * what workers held back. The same event twice leads to one verdict. A body that does not parse goes to the dead
 * letters.
 */
import { z } from 'zod';
import type { Broker, Consumer } from '#kernel/broker/broker.ts';
import { consumeEvents } from '#kernel/broker/consume-events.ts';
import { UnreadableBodyError } from '#kernel/broker/settle-patiently.ts';
import type { StoreWatch } from '#kernel/connections/store-watch.ts';
import type { ReplyCache } from '#kernel/reply-cache/reply-cache.ts';
import { recordBlockedReply, recordVerdict, type ScreeningServices } from './record-verdict.ts';

export interface ResultServices extends ScreeningServices {
  readonly replyCache: Pick<ReplyCache, 'withdraw'>;
}

const queue = 'safety.results';
/** Concurrent deliveries. Few, because each takes a database connection, which people's messages need more. */
const prefetch = 4;

/** What the tables need: ids of another form cannot be stored. */
const idsSchema = z.object({ tenantId: z.uuid(), userId: z.uuid(), conversationId: z.uuid(), messageId: z.uuid() });

/** @param stores the watch of the database */
export const consumeResults = (services: ResultServices, broker: Broker, stores?: StoreWatch): Promise<Consumer> =>
  consumeEvents(
    broker,
    queue,
    { prefetch, ...(stores && { stores }) },
    {
      async 'message.finished'(result) {
        const ids = idsSchema.safeParse(result);
        if (!ids.success) throw new UnreadableBodyError('not a result', { cause: ids.error });
        // Thoughts are shown too. They come last, so that the excerpt of a case begins with the reply.
        const text = [result.text, result.reasoning ?? ''].filter((one) => one !== '').join('\n\n');
        // A generation that failed before its first token has nothing to screen.
        if (text === '') return;
        const { action } = await recordVerdict(services, { ...ids.data, stage: 'OUTPUT', text });
        if (action !== 'BLOCK') return;
        // Neither this reply nor the one that it repeats is served to anybody else.
        const { tenantId, messageId } = ids.data;
        const repeated = result.reuse?.served?.messageId;
        await services.replyCache.withdraw(tenantId, messageId);
        if (repeated !== undefined) await services.replyCache.withdraw(tenantId, repeated);
      },
      async 'reply.blocked'(blocked) {
        const ids = idsSchema.safeParse(blocked);
        if (!ids.success) throw new UnreadableBodyError('not a blocked reply', { cause: ids.error });
        await recordBlockedReply(services, blocked);
      },
    },
  );
