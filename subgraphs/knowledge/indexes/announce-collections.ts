/** Announces that collections have changed, so that who watches them reads them again. */
import type { EntityManager } from '@mikro-orm/sql';
import { collectionChangedTopic } from '#contracts/embed-job.ts';
import type { Signals } from '#kernel/signals/signals.ts';

/** Signals are hints: a lost one delays what a client sees until its next look. */
export const announceCollections = (signals: Signals, tenantId: string, ids: readonly string[]): void => {
  for (const id of ids) void signals.publish(collectionChangedTopic(tenantId, id), {}).catch(() => undefined);
};

/** The collections that have a file. */
export const collectionsOfFile = async (
  em: EntityManager,
  tenantId: string,
  fileId: string,
): Promise<readonly string[]> => {
  const rows = await em.execute<{ readonly collection_id: string }[]>(
    'select collection_id from knowledge.collection_documents where tenant_id = ? and file_id = ?',
    [tenantId, fileId],
  );
  return rows.map(({ collection_id }) => collection_id);
};
