/**
 * Shares a conversation of the caller, and ends its share. A conversation has one share at most: sharing it again
 * replaces the share, so its former link leads nowhere. Invariant: what is shared never changes, since it ends above
 * the first message that is still being written, and no blocked message is ever shared.
 */
import { v7 as uuidv7, validate } from 'uuid';
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import { callFunctionIn } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import { requireConversation } from '../conversations/access.ts';
import type { ChangeFeed } from '../conversations/change-feed.ts';
import type { Conversation, Message } from '../entities.ts';
import { readBranch } from '../messages/branch.ts';
import { type Share, ShareEntity } from '../transfer-entities.ts';
import { createShareToken, hashShareToken } from './share-token.ts';
import { requireSharing } from './sharing-policy.ts';
import type { AnyBlocked } from './shown-verdicts.ts';

export interface ShareServices {
  readonly database: Database;
  readonly changes: ChangeFeed;
  readonly anyBlocked: AnyBlocked;
}

/** Most messages of a share, so that each view can be checked as a whole. */
const maxSharedMessages = 1_000;

export interface ShownShare {
  readonly share: Share;
  /** Of a share that has just been made: nobody can find it out later. */
  readonly token?: string;
}

export interface ShareRequest {
  readonly conversationId: string;
  /** Absent or null: the share does not expire. */
  readonly expiresAt?: Date | null | undefined;
  /** Whether attached files and cited passages are shown too. Default: false. */
  readonly withFiles?: boolean | null | undefined;
}

const settledSchema = z.tuple([z.object({ settled_depth: z.number() })]);

const nothingToShare = (): AppError =>
  new AppError('BAD_USER_INPUT', 'There is nothing to share yet. Send a message first.', { argument: 'id' });

const blocked = (): AppError =>
  new AppError('CONTENT_BLOCKED', 'A message of this branch was blocked, so the branch cannot be shared.');

/** The messages of the current branch that have ended, oldest first. Throws BAD_USER_INPUT. */
const readSettled = async (
  em: ReturnType<Database['forTenant']>,
  { tenantId, headId }: Conversation,
): Promise<readonly Message[]> => {
  if (headId == null) throw nothingToShare();
  const rows = await callFunctionIn(em, {
    name: 'conversations.settled_depth',
    parameters: { a_tenant: tenantId, a_tip: headId },
  });
  const [{ settled_depth: settled }] = settledSchema.parse(rows);
  if (settled < 1) throw nothingToShare();
  if (settled > maxSharedMessages) {
    throw new AppError('BAD_USER_INPUT', `At most ${maxSharedMessages} messages can be shared. Export it instead.`, {
      argument: 'id',
    });
  }
  return readBranch(em, headId, 1, settled);
};

/**
 * Throws NOT_FOUND, FORBIDDEN where the tenant allows no shares, BAD_USER_INPUT, CONTENT_BLOCKED where a message of the
 * branch was blocked, and the fault of safety while it cannot say so.
 */
export const shareConversation = async (
  { database, changes, anyBlocked }: ShareServices,
  identity: Identity,
  { conversationId, expiresAt, withFiles }: ShareRequest,
): Promise<ShownShare> => {
  if (expiresAt != null && expiresAt.getTime() <= Date.now()) {
    throw new AppError('BAD_USER_INPUT', '"expiresAt" has to be in the future.', { argument: 'expiresAt' });
  }
  const { tenantId, userId } = identity;
  const em = database.forTenant(tenantId);
  const conversation = await requireConversation(em, identity, conversationId, { intent: 'write' });
  await requireSharing(em, tenantId);
  const messages = await readSettled(em, conversation);
  const last = messages.at(-1);
  if (!last) throw nothingToShare();
  if (messages.some(({ status }) => status === 'BLOCKED')) throw blocked();
  const ids = messages.map(({ id }) => id);
  if (await anyBlocked(identity, ids)) throw blocked();

  const token = createShareToken();
  const tokenHash = hashShareToken(token);
  if (tokenHash === undefined) throw new Error('a new token has the form of one');
  const share = await database.forTenant(tenantId).transactional(async (transaction) => {
    // A deletion of this moment holds the lock, or finds the share.
    const found = await requireConversation(transaction, identity, conversationId, { intent: 'write', lock: true });
    await transaction.nativeDelete(ShareEntity, { conversationId: found.id });
    return transaction.create(ShareEntity, {
      ...{ id: uuidv7(), tenantId, conversationId: found.id, ownerId: userId, tokenHash },
      lastMessageId: last.id,
      messageCount: messages.length,
      title: found.title ?? null,
      withFiles: withFiles ?? false,
      createdAt: new Date(),
      expiresAt: expiresAt ?? null,
      revokedAt: null,
    });
  });
  changes.announce(conversation, 'UPDATED');
  return { share, token };
};

/** Throws NOT_FOUND. A share that was revoked stays as it is. */
export const revokeShare = async (
  { database, changes }: Pick<ShareServices, 'database' | 'changes'>,
  { tenantId, userId }: Identity,
  id: string,
): Promise<Share> => {
  const revoked = await database.forTenant(tenantId).transactional(async (em) => {
    const share = validate(id) ? await em.findOne(ShareEntity, { id, ownerId: userId }) : null;
    if (!share) throw new AppError('NOT_FOUND', 'There is no such share, or it is not yours.');
    share.revokedAt ??= new Date();
    return share;
  });
  changes.announce({ id: revoked.conversationId, tenantId, ownerId: userId }, 'UPDATED');
  return revoked;
};
