/**
 * The archive of everything that is a user's: account, collections, the conversations as our JSON and each as a page to
 * read, and the files.
 * Everything is read and compressed piece by piece, so memory does not depend on how much there is.
 */
import type { EntityManager } from '@mikro-orm/sql';
import type { Blobs } from '#kernel/blobs/blobs.ts';
import { type Conversation, ConversationEntity } from '../entities.ts';
import type { OwnFiles } from '../files/own-files.ts';
import type { AccountEntries } from './account-entries.ts';
import { fileEntries } from './file-entries.ts';
import { closeRecords, type ExportContext, openRecords, writeRecord } from './json-export.ts';
import { writeText } from './text-export.ts';
import type { ZipEntry } from './zip-stream.ts';

export interface ArchiveContext extends ExportContext {
  readonly accountEntries: AccountEntries;
  readonly files: OwnFiles;
  readonly blobs: Pick<Blobs, 'getStream'>;
  /** Language of the words of pages. */
  readonly language: string;
  /** Called after each conversation. */
  readonly onConversation: () => void;
}

/** Conversations of one file of JSON. */
const partConversations = 100;

const ownConversations = { deletedAt: null };

export const countConversations = (em: EntityManager, ownerId: string): Promise<number> =>
  em.count(ConversationEntity, { ownerId, ...ownConversations });

/** Oldest first, a page at a time. */
async function* readParts({ services, identity }: ArchiveContext): AsyncGenerator<readonly Conversation[]> {
  const { tenantId, userId: ownerId } = identity;
  for (let after = '00000000-0000-0000-0000-000000000000'; ; ) {
    const part: Conversation[] = await services.database
      .forTenant(tenantId)
      .find(
        ConversationEntity,
        { ownerId, ...ownConversations, id: { $gt: after } },
        { orderBy: { id: 'asc' }, limit: partConversations },
      );
    const last = part.at(-1);
    if (!last) return;
    yield part;
    after = last.id;
  }
}

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

async function* writePart(context: ArchiveContext, part: readonly Conversation[]): AsyncGenerator<string> {
  yield openRecords();
  for (const [at, conversation] of part.entries()) {
    if (at > 0) yield ',';
    yield* writeRecord(context, conversation);
  }
  yield closeRecords;
}

const readme = `This archive has everything that is yours in Parlance.

account.json      your account and your API keys, without their secrets
collections.json  your collections, with the names of their documents
conversations/    your conversations as JSON, with all versions of all branches; they can be imported again
pages/            the same conversations as pages, to be opened in a browser
files/            your files
`;

/** The entries of the archive, in their order. Each is read before the next one is asked for. */
export async function* archiveEntries(context: ArchiveContext): AsyncGenerator<ZipEntry> {
  const now = new Date();
  yield { name: 'README.txt', at: now, chunks: once(readme) };
  yield* context.accountEntries(context.identity, now);
  let number = 0;
  for await (const part of readParts(context)) {
    number += 1;
    yield { name: `conversations/${String(number).padStart(4, '0')}.json`, at: now, chunks: writePart(context, part) };
    for (const conversation of part) {
      const day = conversation.createdAt.toISOString().slice(0, 10);
      yield {
        name: `pages/${day}-${conversation.id}.html`,
        at: conversation.updatedAt,
        chunks: writeText(context, conversation, { format: 'HTML', language: context.language }),
      };
      context.onConversation();
    }
  }
  yield* fileEntries(
    { blobs: context.blobs, tenantId: context.identity.tenantId },
    context.files.list(context.identity),
  );
}
