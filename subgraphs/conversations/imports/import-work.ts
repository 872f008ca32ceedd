/**
 * Imports the conversations of a file, one after the other, each in a transaction of its own. An import that was
 * interrupted goes through the file again, and what it has stored before counts as its own. What was left out is
 * reported with its reason.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileKey } from '#contracts/blob-keys.ts';
import type { Identity } from '#contracts/identity.ts';
import type { AccessList } from '#kernel/access/access-list.ts';
import type { Blobs } from '#kernel/blobs/blobs.ts';
import { AppError } from '#kernel/errors.ts';
import type { ChangeFeed } from '../conversations/change-feed.ts';
import type { ImportReport, LeftOutReason } from '../transfer-entities.ts';
import type { TransferWork } from '../transfers/transfer-runner.ts';
import { readImport } from './read-import.ts';
import { type StoreServices, storeConversation } from './store-conversation.ts';

export interface ImportWorkServices extends StoreServices {
  readonly blobs: Pick<Blobs, 'getStream' | 'byteSize'>;
  readonly access: Pick<AccessList, 'admit'>;
  readonly changes: ChangeFeed;
}

/** Conversations of one import. */
const mostConversations = 50_000;
const longestExample = 100;

/** Counts what an import does. */
const createReport = () => {
  const reasons = new Map<LeftOutReason, { count: number; example?: string }>();
  let source: ImportReport['source'];
  let conversations = 0;
  let messages = 0;
  return {
    stored(from: NonNullable<ImportReport['source']>, count: number): void {
      source ??= from;
      conversations += 1;
      messages += count;
    },
    leaveOut(reason: LeftOutReason, title: string | undefined): void {
      const known = reasons.get(reason);
      const example = title?.slice(0, longestExample).replaceAll('\0', '').toWellFormed();
      if (known) known.count += 1;
      else reasons.set(reason, { count: 1, ...(example ? { example } : {}) });
    },
    read: (): ImportReport => ({
      ...(source ? { source } : {}),
      ...{ conversations, messages },
      leftOut: [...reasons].map(([reason, counted]) => ({ reason, ...counted })),
    }),
  };
};

export const createImportWork = (services: ImportWorkServices): TransferWork => ({
  async run({ transfer, signal, progress }) {
    const { tenantId, userId, id: transferId, fileId } = transfer;
    const identity: Identity = services.access.admit({ tenantId, userId, roles: ['USER'], scopes: [] });
    const stream = await services.blobs.getStream(fileKey({ tenantId, fileId: fileId ?? '' }));
    const report = createReport();
    let done = 0;
    for await (const read of readImport(stream, signal)) {
      signal.throwIfAborted();
      done += 1;
      if (done > mostConversations) {
        report.leaveOut('TOO_MANY_CONVERSATIONS', undefined);
        break;
      }
      if ('leftOut' in read) {
        report.leaveOut(read.leftOut, read.title);
      } else {
        const { conversation } = read;
        const stored = await storeConversation(services, { identity, transferId, conversation });
        for (const reason of stored.leftOut) report.leaveOut(reason, conversation.title);
        if (stored.conversation) services.changes.announce(stored.conversation, 'CREATED');
        if (stored.conversation || stored.isDone) report.stored(conversation.source, stored.messages);
      }
      progress({ done, report: report.read() });
      // Streams of this process go on between two conversations.
      await nextTurn();
    }
    const whole = report.read();
    if (done === 0) throw new AppError('BAD_USER_INPUT', 'The file holds no conversations.');
    return { done, total: done, report: whole };
  },
  discard: async () => undefined,
});
