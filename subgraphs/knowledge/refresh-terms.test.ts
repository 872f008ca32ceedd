/** Passages whose terms the version before has made. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { termsVersion } from '#contracts/search-terms/search-terms.ts';
import type { Database } from '#kernel/database/database.ts';
import { type Engine, identityOf, openKnowledgeFixture } from './knowledge.fixture.ts';

const user = identityOf(undefined, { userId: uuidv7() });
const { tenantId, userId } = user;
/** More than are read at once. */
const passages = 120;

const storeFormerTerms = (database: Database, [collection, file, index]: readonly string[]): Promise<void> =>
  database.asSystem(async (em) => {
    await em.execute(
      `insert into knowledge.collections (id, tenant_id, owner_id, name, access, embedding_model)
        values (?, ?, ?, 'Floors', 'PRIVATE', 'acme/one')`,
      [collection, tenantId, userId],
    );
    await em.execute(
      `insert into knowledge.files (id, tenant_id, user_id, purpose, name, declared_type, media_type, byte_size, sha256,
          kind, status, upload_expires_at)
        values (?, ?, ?, 'CONTENT', 'floors.txt', 'text/plain', 'text/plain', 1, '', 'TEXT', 'READY', now())`,
      [file, tenantId, userId],
    );
    await em.execute(
      'insert into knowledge.collection_documents (tenant_id, collection_id, file_id, added_by) values (?, ?, ?, ?)',
      [tenantId, collection, file, userId],
    );
    await em.execute(
      `insert into knowledge.document_indexes (id, tenant_id, file_id, model, status, chunk_count, term_count)
        values (?, ?, ?, 'acme/one', 'READY', ?, ?)`,
      [index, tenantId, file, passages, 2 * passages],
    );
    await em.execute(
      `insert into knowledge.chunks (tenant_id, index_id, ordinal, heading, content, terms)
        select ?, ?, place, 'Pflege', 'Dampfreiniger Nummer N-' || place || ' zerstören den Boden.',
          array_to_tsvector(array['dampfre', '~damp'])
        from generate_series(0, ? - 1) as place`,
      [tenantId, index, passages],
    );
  });

const engines: readonly Engine[] = ['pglite', 'postgresql'];

test.each(engines)(
  'on %s, passages of the version before are found, and then by all that this one knows',
  async (engine) => {
    const ids = [uuidv7(), uuidv7(), uuidv7()];
    const before = (database: Database) => storeFormerTerms(database, ids);
    await using knowledge = await openKnowledgeFixture({ engine, before });
    const search = `query ($ids: [ID!]!, $query: String!) {
    searchDocuments(collectionIds: $ids, query: $query, first: 1) { hits { quote wordScore } } }`;
    const find = async (query: string) =>
      (await knowledge.execute(user, search, { ids: ids.slice(0, 1), query })).data.searchDocuments.hits;
    // While they are made again, too.
    expect(await find('Dampf')).toMatchObject([{ wordScore: expect.any(Number) }]);
    await expect
      .poll(() => find('reinigen mit N-119'), { timeout: 20_000 })
      .toMatchObject([{ quote: 'Dampfreiniger Nummer N-119 zerstören den Boden.', wordScore: expect.any(Number) }]);
    const [stored] = await knowledge.database.asSystem((em) =>
      em.execute(
        `select terms_version, term_count::integer = (
          select sum(length(terms)) from knowledge.chunks where index_id = i.id) as is_counted
        from knowledge.document_indexes i where id = ?`,
        [ids[2]],
      ),
    );
    expect(stored).toEqual({ terms_version: termsVersion, is_counted: true });
  },
);
