/** Handles a job that cannot be run: asks conversations to end its reply. Nothing waits for a title or a summary. */
import { z } from 'zod';
import type { JobFailed } from '#contracts/broker-events.ts';
import type { Broker, Delivery, Json } from '#kernel/broker/broker.ts';
import type { Logger } from '#kernel/log.ts';

const unawaitedKinds: readonly (string | undefined)[] = ['title', 'summary'];

const namedSchema = z.object({
  kind: z.string().optional().catch(undefined),
  tenantId: z.uuid(),
  conversationId: z.uuid(),
  messageId: z.uuid(),
});

export const salvageJob = async (
  { broker, logger }: { readonly broker: Broker; readonly logger: Logger },
  { id, body }: Delivery<Json>,
): Promise<void> => {
  const named = namedSchema.safeParse(body);
  if (!named.success || unawaitedKinds.includes(named.data.kind)) {
    logger.error({ id }, 'nothing waits for a job that cannot be run');
    return;
  }
  const { tenantId, conversationId, messageId } = named.data;
  const failed: JobFailed = {
    tenantId,
    conversationId,
    messageId,
    failure: { code: 'WORKER_LOST', message: 'The reply was lost on its way. Ask again.', retryable: true },
  };
  await broker.publish('events', 'job.failed', id, failed);
};
