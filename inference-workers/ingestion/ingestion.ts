/**
 * Takes the jobs that look at uploads. Invariant: each job ends in one event, or in none where the upload is gone; a
 * worker that dies leaves its job to the next one. Files are few beside replies and cost a core each, so one process
 * reads few at once.
 */
import type { FileIngested } from '#contracts/broker-events.ts';
import { type IngestJob, ingestJobSchema, ingestQueue } from '#contracts/ingest-job.ts';
import type { Broker, Consumer, Delivery, Json } from '#kernel/broker/broker.ts';
import { UnreadableBodyError } from '#kernel/broker/settle-patiently.ts';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { type IngestServices, ingestFile } from './ingest-file.ts';

export interface IngestionOptions extends IngestServices {
  readonly broker: Broker;
  readonly logger: Logger;
  /** Files at once. */
  readonly concurrency: number;
}

const publish = (broker: Broker, { tenantId, fileId, userId }: IngestJob, result: object): Promise<void> => {
  const event: FileIngested = { tenantId, fileId, userId, ...result };
  return broker.publish('events', 'file.ingested', fileId, JSON.parse(JSON.stringify(event)));
};

const isGone = (fault: unknown): boolean => fault instanceof AppError && fault.code === 'NOT_FOUND';

/**
 * Closing stops intake and waits for running files, which end within their time.
 * @returns undefined where this process reads no files
 */
export const startIngestion = async (options: IngestionOptions): Promise<Consumer | undefined> => {
  const { broker, logger, concurrency, ...services } = options;
  if (concurrency === 0) return undefined;
  const salvage = async ({ body }: Delivery<Json>): Promise<void> => {
    const job = ingestJobSchema.safeParse(body);
    const failure = { code: 'DAMAGED', message: 'The file could not be read.' };
    if (job.success) await publish(broker, job.data, { failure });
  };
  return broker.consume<Json>(ingestQueue, { prefetch: concurrency, salvage }, async ({ body }, signal) => {
    const job = ingestJobSchema.safeParse(body);
    if (!job.success) throw new UnreadableBodyError('not a job that looks at a file', { cause: job.error });
    const started = performance.now();
    try {
      const result = await ingestFile(services, job.data, signal);
      await publish(broker, job.data, result);
      const { tenantId, fileId } = job.data;
      const outcome = result.failure?.code ?? 'READY';
      logger.info({ tenantId, fileId, outcome, ms: Math.round(performance.now() - started) }, 'a file was read');
    } catch (fault) {
      if (!isGone(fault)) throw fault;
      logger.info({ fileId: job.data.fileId }, 'the upload is gone: its file was deleted or is done');
    }
    return 'ack';
  });
};
