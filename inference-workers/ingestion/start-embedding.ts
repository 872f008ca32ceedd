/**
 * Takes embed jobs. Invariant: on disposal it takes no new job and leaves the running ones to other workers, which
 * begin them anew; a job that keeps failing has a result that says so.
 */
import { embedJobSchema, embedQueue } from '#contracts/embed-job.ts';
import type { Consumer, Json } from '#kernel/broker/broker.ts';
import { UnreadableBodyError } from '#kernel/broker/settle-patiently.ts';
import { inSpan } from '#kernel/telemetry/tracing.ts';
import { type EmbeddingServices, embedDocument, reportFailure } from './embed-document.ts';

/** Documents at once: each keeps its passages in memory, and the embedder takes one batch after the other. */
const prefetch = 2;

export const startEmbedding = async (services: EmbeddingServices): Promise<Consumer> => {
  const closing = new AbortController();
  const { broker, logger } = services;
  const consumer = await broker.consume<Json>(
    embedQueue,
    {
      prefetch,
      salvage: async ({ id, body }) => {
        const job = embedJobSchema.safeParse(body);
        if (job.success) await reportFailure(broker, job.data, 'The document could not be embedded. Try again later.');
        else logger.error({ id }, 'nothing waits for a job that cannot be read');
      },
    },
    async ({ body }, signal) => {
      const job = embedJobSchema.safeParse(body);
      if (!job.success) throw new UnreadableBodyError('not a job', { cause: job.error });
      const either = AbortSignal.any([signal, closing.signal]);
      try {
        await inSpan('embed document', { kind: 'consumer' }, () => embedDocument(services, job.data, either));
        return 'ack';
      } catch (fault) {
        if (either.aborted) return 'retry';
        throw fault;
      }
    },
  );
  return {
    ping: () => consumer.ping(),
    pause: () => consumer.pause(),
    async [Symbol.asyncDispose]() {
      closing.abort();
      await consumer[Symbol.asyncDispose]();
    },
  };
};
