/**
 * Access to conversations and messages: the owner reads and writes, an ADMIN of the tenant reads. A foreign id, an
 * unknown id and a text that is no id all give the same NOT_FOUND.
 */
import { LockMode } from '@mikro-orm/core';
import type { EntityManager, FilterQuery } from '@mikro-orm/sql';
import { validate } from 'uuid';
import type { Identity } from '#contracts/identity.ts';
import { AppError } from '#kernel/errors.ts';
import { type Conversation, ConversationEntity, type Message, MessageEntity } from '../entities.ts';

export type Intent = 'read' | 'write';

/** The condition for conversations that an identity may read or change. Row level security adds the tenant. */
export const visibleTo = (identity: Identity, intent: Intent): FilterQuery<Conversation> =>
  intent === 'read' && identity.roles.includes('ADMIN') ? {} : { ownerId: identity.userId };

export const conversationNotFound = (): AppError =>
  new AppError('NOT_FOUND', 'There is no such conversation, or it is not yours.');

export const messageNotFound = (): AppError =>
  new AppError('NOT_FOUND', 'There is no such message, or it is not yours.');

export interface FindOptions {
  readonly intent: Intent;
  /** Whether a deleted conversation is found too, so that it can be restored. Default false. */
  readonly deleted?: boolean;
  /** Whether to lock its row until the transaction ends, as storing a turn and its end does. Default false. */
  readonly lock?: boolean;
}

const findConversation = async (
  em: EntityManager,
  identity: Identity,
  id: string,
  options: FindOptions,
): Promise<Conversation | undefined> => {
  if (!validate(id)) return undefined;
  const where = { $and: [{ id }, visibleTo(identity, options.intent), options.deleted ? {} : { deletedAt: null }] };
  const lock = options.lock ? { lockMode: LockMode.PESSIMISTIC_WRITE as const } : {};
  return (await em.findOne(ConversationEntity, where, lock)) ?? undefined;
};

/** Throws NOT_FOUND. */
export const requireConversation = async (
  em: EntityManager,
  identity: Identity,
  id: string,
  options: FindOptions,
): Promise<Conversation> => {
  const conversation = await findConversation(em, identity, id, options);
  if (!conversation) throw conversationNotFound();
  return conversation;
};

export interface MessageInConversation {
  readonly message: Message;
  readonly conversation: Conversation;
}

/** Throws NOT_FOUND. */
export const requireMessage = async (
  em: EntityManager,
  identity: Identity,
  id: string,
  intent: Intent,
): Promise<MessageInConversation> => {
  const message = validate(id) ? await em.findOne(MessageEntity, { id }) : null;
  const conversation = message && (await findConversation(em, identity, message.conversationId, { intent }));
  if (!message || !conversation) throw messageNotFound();
  return { message, conversation };
};
