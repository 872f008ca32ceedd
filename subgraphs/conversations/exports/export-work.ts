/**
 * Makes the file of an export, and stores it as a blob while it is made. An export reads what its user may read at that
 * moment; its conversation may have been deleted meanwhile. The file can be downloaded for a day.
 */
import { Readable } from 'node:stream';
import { v7 as uuidv7 } from 'uuid';
import type { Identity } from '#contracts/identity.ts';
import type { AccessList } from '#kernel/access/access-list.ts';
import type { Blobs } from '#kernel/blobs/blobs.ts';
import { AppError } from '#kernel/errors.ts';
import type { Logger } from '#kernel/log.ts';
import { requireConversation } from '../conversations/access.ts';
import { MessageEntity } from '../entities.ts';
import type { OwnFiles } from '../files/own-files.ts';
import { type Transfer, TransferEntity } from '../transfer-entities.ts';
import type { ClaimedTransfer, TransferOutcome, TransferWork } from '../transfers/transfer-runner.ts';
import type { AccountEntries } from './account-entries.ts';
import { archiveEntries, countConversations } from './archive-export.ts';
import { conversationFile, type ExportFile } from './conversation-export.ts';
import type { ExportContext, ExportServices } from './json-export.ts';
import { ArchiveTooLargeError, zipStream } from './zip-stream.ts';

export interface ExportWorkServices extends ExportServices {
  readonly blobs: Pick<Blobs, 'putStream' | 'byteSize' | 'delete' | 'getStream'>;
  readonly accountEntries: AccountEntries;
  readonly files: OwnFiles;
  readonly access: Pick<AccessList, 'admit'>;
  readonly logger: Logger;
}

/** Milliseconds for which an export can be downloaded. */
const exportTtlMs = 24 * 60 * 60 * 1000;

/** Pieces of at least this many characters go to the store. */
const pieceLength = 64 * 1024;

/** Joins small pieces, and ends when `signal` aborts. */
async function* inPieces(chunks: AsyncIterable<string | Buffer>, signal: AbortSignal): AsyncGenerator<Buffer> {
  let waiting: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    const piece = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    waiting.push(piece);
    length += piece.length;
    if (length < pieceLength) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(waiting);
}

export const createExportWork = (services: ExportWorkServices): TransferWork => {
  const { database, blobs, files, accountEntries, access, logger } = services;

  const single = async (context: ExportContext, claimed: ClaimedTransfer): Promise<ExportFile> => {
    const { conversationId, format, tenantId, language } = claimed.transfer;
    const em = database.forTenant(tenantId);
    const conversation = await requireConversation(em, context.identity, conversationId ?? '', { intent: 'write' });
    claimed.progress({ total: await em.count(MessageEntity, { conversationId: conversation.id }) });
    const options = { format: format ?? 'JSON', language: language ?? 'en' };
    return conversationFile({ ...context, files, blobs }, conversation, options);
  };
  const archive = async (context: ExportContext, claimed: ClaimedTransfer): Promise<ExportFile> => {
    const { tenantId, userId, language } = claimed.transfer;
    claimed.progress({ total: await countConversations(database.forTenant(tenantId), userId) });
    let done = 0;
    const onConversation = (): void => {
      done += 1;
      claimed.progress({ done });
    };
    const entries = archiveEntries({
      ...context,
      accountEntries,
      files,
      blobs,
      language: language ?? 'en',
      onConversation,
    });
    const day = new Date().toISOString().slice(0, 10);
    return { chunks: zipStream(entries), mediaType: 'application/zip', fileName: `parlance-${day}.zip` };
  };

  const forget = async (key: string): Promise<void> => {
    await blobs.delete(key).catch((err: unknown) => logger.warn({ err }, 'an unfinished export was not deleted'));
  };
  /** Names the blob in the row before it is written, so that whoever does it again finds what a dead process left. */
  const nameBlob = async (transfer: Transfer): Promise<string> => {
    const { tenantId, id, holder, blobKey: former } = transfer;
    if (former != null) await forget(former);
    const blobKey = `${tenantId}/exports/${uuidv7()}`;
    transfer.blobKey = blobKey;
    const named = await database.asSystem((em) =>
      em.nativeUpdate(TransferEntity, { tenantId, id, holder }, { blobKey }),
    );
    if (named === 0) throw new Error('the export is no longer ours');
    return blobKey;
  };

  return {
    async run(claimed): Promise<TransferOutcome> {
      const { transfer, signal } = claimed;
      const { tenantId, userId, kind } = transfer;
      const identity: Identity = access.admit({ tenantId, userId, roles: ['USER'], scopes: [] });
      let done = 0;
      const onMessages = (count: number): void => {
        done += count;
        if (kind === 'CONVERSATION_EXPORT') claimed.progress({ done });
      };
      const context: ExportContext = { services, identity, onMessages };
      const file = await (kind === 'DATA_EXPORT' ? archive(context, claimed) : single(context, claimed));
      const blobKey = await nameBlob(transfer);
      try {
        await blobs.putStream(blobKey, Readable.from(inPieces(file.chunks, signal)), file.mediaType);
      } catch (fault) {
        if (!(fault instanceof ArchiveTooLargeError)) throw fault;
        throw new AppError('PAYLOAD_TOO_LARGE', 'There is too much for one archive. Export single conversations.', {
          cause: fault,
        });
      }
      return {
        blobKey,
        byteSize: await blobs.byteSize(blobKey),
        fileName: file.fileName,
        mediaType: file.mediaType,
        expiresAt: new Date(Date.now() + exportTtlMs),
      };
    },
    async discard({ blobKey }) {
      if (blobKey != null) await forget(blobKey);
    },
  };
};
