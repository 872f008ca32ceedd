/**
 * A database of knowledge with the corpus, indexed as a worker and the subgraph do it, among passages of other tenants.
 * Those have the words of the corpus in other combinations and random vectors.
 */
import { v7 as uuidv7 } from 'uuid';
import { textKey } from '#contracts/blob-keys.ts';
import { documentEmbeddedSchema } from '#contracts/broker-events.ts';
import { consumeEvents } from '#kernel/broker/consume-events.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Embedders } from '#kernel/embedding/embedders.ts';
import type { Logger } from '#kernel/log.ts';
import type { Ports } from '#kernel/ports.ts';
import { embedDocument } from '../../inference-workers/ingestion/embed-document.ts';
import { storeEmbedding } from '../../subgraphs/knowledge/indexes/store-embedding.ts';
import type { CorpusDocument } from './corpus.ts';

export interface Owner {
  readonly tenantId: string;
  readonly userId: string;
  readonly collectionId: string;
}

export interface FillServices {
  readonly database: Database;
  readonly ports: Ports;
  readonly embedders: Embedders;
  readonly logger: Logger;
}

export const addCollection = async ({ database, embedders }: FillServices, tenantId: string): Promise<Owner> => {
  const owner = { tenantId, userId: uuidv7(), collectionId: uuidv7() };
  await database.forTenant(tenantId).execute(
    `insert into knowledge.collections (id, tenant_id, owner_id, name, access, embedding_model)
      values (?, ?, ?, 'bench', 'PRIVATE', ?)`,
    [owner.collectionId, tenantId, owner.userId, embedders.defaultModel],
  );
  return owner;
};

/** A file in the collection, with an index that is still empty. */
const addFile = async ({ database, embedders }: FillServices, owner: Owner, name: string) => {
  const { tenantId, userId, collectionId } = owner;
  const [fileId, indexId] = [uuidv7(), uuidv7()];
  const em = database.forTenant(tenantId);
  await em.execute(
    `insert into knowledge.files (id, tenant_id, user_id, purpose, name, declared_type, media_type, byte_size, sha256,
        kind, status, upload_expires_at)
      values (?, ?, ?, 'CONTENT', ?, 'text/plain', 'text/plain', 1, '', 'DOCUMENT', 'READY', now())`,
    [fileId, tenantId, userId, name],
  );
  await em.execute(
    'insert into knowledge.collection_documents (tenant_id, collection_id, file_id, added_by) values (?, ?, ?, ?)',
    [tenantId, collectionId, fileId, userId],
  );
  await em.execute(
    `insert into knowledge.document_indexes (id, tenant_id, file_id, model, status) values (?, ?, ?, ?, 'PENDING')`,
    [indexId, tenantId, fileId, embedders.defaultModel],
  );
  return { fileId, indexId };
};

/** Indexes the documents. Resolves when all of their passages are found. */
export const addDocuments = async (
  services: FillServices,
  owner: Owner,
  documents: readonly CorpusDocument[],
): Promise<void> => {
  const { database, ports, embedders, logger } = services;
  const { broker, blobs, signals } = ports;
  const stored = Promise.withResolvers<void>();
  let left = documents.length;
  await using _ = await consumeEvents(
    broker,
    'knowledge.results',
    { prefetch: 4 },
    {
      'file.ingested': async () => undefined,
      'document.embedded': async (event) => {
        await storeEmbedding({ database, blobs, signals, logger }, documentEmbeddedSchema.parse(event));
        left -= 1;
        if (left === 0) stored.resolve();
      },
    },
  );
  for (const { name, pages } of documents) {
    const { fileId, indexId } = await addFile(services, owner, name);
    const { tenantId, userId } = owner;
    await blobs.put(textKey({ tenantId, fileId }), Buffer.from(JSON.stringify({ pages })), 'application/json');
    const job = { kind: 'embed' as const, tenantId, userId, fileId, indexId, fileName: name };
    const model = embedders.defaultModel;
    await embedDocument({ broker, blobs, embedders, logger }, { ...job, model }, AbortSignal.timeout(120_000));
  }
  await stored.promise;
};

/** Adds so many passages to a tenant, a document for each thousand: words of other passages, random vectors. */
export const addNoise = async (
  services: FillServices,
  owner: Owner,
  { from, count }: { readonly from: Owner; readonly count: number },
): Promise<void> => {
  const { database } = services;
  for (let left = count; left > 0; left -= 1_000) {
    const size = Math.min(1_000, left);
    const { indexId } = await addFile(services, owner, `noise-${left}.txt`);
    await database.asSystem(async (em) => {
      await em.execute(
        `insert into knowledge.chunks (tenant_id, index_id, ordinal, page, heading, content, terms, embedding)
          select ?, ?, place, null, '', one.content,
            (select array_to_tsvector(array_agg(distinct left(lexeme, 20) ||
              case when hashtext(lexeme || place) % 3 = 0 then place % 97 || '' else '' end))
              from unnest(one.terms)),
            (select array_agg(random() - 0.5) from generate_series(1, ? + 0 * place))::knowledge.vector
          from generate_series(0, ? - 1) as place
          join (select c.content, c.terms, row_number() over () - 1 as at, count(*) over () as all_of_them
            from knowledge.chunks c where c.tenant_id = ?) one on one.at = place % one.all_of_them`,
        [owner.tenantId, indexId, 512, size, from.tenantId],
      );
      await em.execute(
        `update knowledge.document_indexes set status = 'READY', dimensions = 512, chunk_count = ?,
          term_count = (select coalesce(sum(length(terms)), 0) from knowledge.chunks where index_id = ?) where id = ?`,
        [size, indexId, indexId],
      );
    });
  }
};
