/**
 * Requests an export: a row, which is the job too. Invariant: a user has a bounded number of exports, and one of
 * everything at a time.
 */
import { UniqueConstraintViolationException } from '@mikro-orm/core';
import { v7 as uuidv7 } from 'uuid';
import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import { requireConversation } from '../conversations/access.ts';
import { type ExportFormat, type Transfer, TransferEntity } from '../transfer-entities.ts';
import type { TransferRunner } from '../transfers/transfer-runner.ts';

export interface ExportRequestServices {
  readonly database: Database;
  readonly transfers: Pick<TransferRunner, 'wake'>;
}

export interface ConversationExportRequest {
  readonly conversationId: string;
  readonly format: ExportFormat;
  /** Of the words around the texts. */
  readonly language?: string | null | undefined;
}

const languageOf = (language: string | null | undefined): string => (language ?? 'en').slice(0, 35);

/** Exports of one user that are being made or can be downloaded. */
export const mostExports = 30;

const newTransfer = ({ tenantId, userId }: Identity, change: Partial<Transfer> & Pick<Transfer, 'kind'>) => ({
  ...{ id: uuidv7(), tenantId, userId, status: 'QUEUED' as const, done: 0, attempts: 0, createdAt: new Date() },
  ...change,
});

/** Throws NOT_FOUND, and RATE_LIMITED when there are too many exports. */
export const requestConversationExport = async (
  { database, transfers }: ExportRequestServices,
  identity: Identity,
  { conversationId, format, language }: ConversationExportRequest,
): Promise<Transfer> => {
  const requested = await database.forTenant(identity.tenantId).transactional(async (em) => {
    // Under its lock, so that an export of a deleted conversation is never begun.
    const found = await requireConversation(em, identity, conversationId, { intent: 'write', lock: true });
    const live = { userId: identity.userId, kind: 'CONVERSATION_EXPORT' as const };
    if ((await em.count(TransferEntity, { ...live, status: { $in: ['QUEUED', 'RUNNING', 'READY'] } })) >= mostExports) {
      throw new AppError('RATE_LIMITED', 'You have too many exports. They expire after a day.', {
        retryAfterMs: 3_600_000,
      });
    }
    const change = {
      kind: 'CONVERSATION_EXPORT' as const,
      conversationId: found.id,
      format,
      language: languageOf(language),
    };
    return em.create(TransferEntity, newTransfer(identity, change));
  });
  transfers.wake();
  return requested;
};

/** Returns the one that is being made, if there is one. */
export const requestDataExport = async (
  { database, transfers }: ExportRequestServices,
  identity: Identity,
  { language }: Pick<ConversationExportRequest, 'language'>,
): Promise<Transfer> => {
  const { tenantId, userId } = identity;
  const running = { userId, kind: 'DATA_EXPORT' as const, status: { $in: ['QUEUED' as const, 'RUNNING' as const] } };
  const find = () => database.forTenant(tenantId).findOne(TransferEntity, running);
  const known = await find();
  if (known) return known;
  try {
    const em = database.forTenant(tenantId);
    const requested = em.create(
      TransferEntity,
      newTransfer(identity, { kind: 'DATA_EXPORT', language: languageOf(language) }),
    );
    await em.flush();
    transfers.wake();
    return requested;
  } catch (fault) {
    // Another request of this moment.
    const other = fault instanceof UniqueConstraintViolationException ? await find() : null;
    if (other) return other;
    throw fault;
  }
};
