/**
 * Makes the terms of stored passages again where another version of the rules made them, at the start and then every
 * minute, because processes of the version before may store some during an upgrade. Invariants: a passage is found all
 * the while, by its former terms until its new ones replace them; a few passages are read at once; a process that ends
 * in between leaves the index to the next one, and two at the same index write the same terms.
 */
import { z } from 'zod';
import { termsVersion } from '#contracts/search-terms/search-terms.ts';
import { callFunctionIn } from '#kernel/database/call-function.ts';
import { repeatTask } from '#kernel/process/repeat-task.ts';
import type { FileServices } from '../files/file-services.ts';
import { passageTerms } from './passage-terms.ts';

const refreshEveryMs = 60_000;
/** Passages of one transaction. */
const batchSize = 50;

type RefreshServices = Pick<FileServices, 'database' | 'logger'>;

const indexSchema = z.tuple([z.object({ tenant_id: z.uuid(), id: z.uuid(), name: z.string() })]).or(z.tuple([]));
const passagesSchema = z.array(z.object({ ordinal: z.int(), heading: z.string(), content: z.string() }));
type OutdatedIndex = z.infer<typeof indexSchema>[0] & object;

const findOutdated = async ({ database }: RefreshServices): Promise<OutdatedIndex | undefined> => {
  const rows = await database.asSystem((em) =>
    em.execute(
      `select i.tenant_id, i.id, f.name from knowledge.document_indexes i
        join knowledge.files f on f.tenant_id = i.tenant_id and f.id = i.file_id
        where i.status = 'READY' and i.terms_version < ? limit 1`,
      [termsVersion],
    ),
  );
  return indexSchema.parse(rows)[0];
};

/** Returns the ordinal of the last passage; undefined where there was none left. */
const refreshBatch = (
  { database }: RefreshServices,
  { tenant_id: tenantId, id, name: fileName }: OutdatedIndex,
  after: number,
): Promise<number | undefined> =>
  database.asSystem(async (em) => {
    // Locked, so that nobody replaces the passages in between. One that is gone or current has nothing left.
    const [index] = await em.execute<unknown[]>(
      `select id from knowledge.document_indexes where tenant_id = ? and id = ? and terms_version < ? for update`,
      [tenantId, id, termsVersion],
    );
    if (index === undefined) return undefined;
    const passages = passagesSchema.parse(
      await em.execute(
        `select ordinal, heading, content from knowledge.chunks
          where tenant_id = ? and index_id = ? and ordinal > ? order by ordinal limit ?`,
        [tenantId, id, after, batchSize],
      ),
    );
    const last = passages.at(-1)?.ordinal;
    if (last === undefined) {
      await em.execute(
        `update knowledge.document_indexes set terms_version = ?, term_count = (
            select coalesce(sum(length(terms)), 0) from knowledge.chunks where tenant_id = ? and index_id = ?)
          where tenant_id = ? and id = ?`,
        [termsVersion, tenantId, id, tenantId, id],
      );
      return undefined;
    }
    const made = passages.map(({ ordinal, ...passage }) => ({
      ordinal,
      terms: passageTerms({ fileName, ...passage }),
    }));
    const parameters = { a_tenant: tenantId, a_index: id, a_passages: JSON.stringify(made) };
    await callFunctionIn(em, { name: 'knowledge.replace_terms', parameters });
    return last;
  });

/** Resolves when no index is left, or the signal is aborted. */
const refreshTerms = async (services: RefreshServices, signal: AbortSignal): Promise<void> => {
  for (let index = await findOutdated(services); index && !signal.aborted; index = await findOutdated(services)) {
    let last: number | undefined = -1;
    while (last !== undefined && !signal.aborted) last = await refreshBatch(services, index, last);
  }
};

/** Closing waits for a batch that runs. */
export const startTermsRefresh = (services: RefreshServices): AsyncDisposable => {
  const closing = new AbortController();
  const refreshing = repeatTask({
    everyMs: refreshEveryMs,
    run: () => refreshTerms(services, closing.signal),
    onFault: (err) => services.logger.warn({ err }, 'the terms of passages were not made again'),
    isDueAtOnce: true,
  });
  return {
    [Symbol.asyncDispose]() {
      closing.abort();
      return refreshing[Symbol.asyncDispose]();
    },
  };
};
