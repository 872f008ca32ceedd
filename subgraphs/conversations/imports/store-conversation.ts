/**
 * Stores a conversation of a source as one of the importing user's, in one transaction together with the id that the
 * source gave it. Times and branches are kept; nothing is billed, and no model is asked. Invariant: a conversation of a
 * source is stored once for each user, however often it is imported, as long as it is not deleted.
 */
import type { EntityManager } from '@mikro-orm/sql';
import { v7 as uuidv7, validate } from 'uuid';
import type { Identity } from '#contracts/identity.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import { checkSettings, maxTitleLength } from '../conversations/conversation-settings.ts';
import { readStoredBytes, requireStorage } from '../conversations/stored-bytes.ts';
import { type Conversation, ConversationEntity, type Message, MessageEntity } from '../entities.ts';
import { ImportedConversationEntity, type LeftOutReason } from '../transfer-entities.ts';
import { type ArrangedMessage, arrangeTree } from './arrange-tree.ts';
import type { ScreenTexts, TextToScreen } from './screen-texts.ts';
import type { SourceConversation, SourceMessage } from './source-conversation.ts';

export interface StoreServices {
  readonly database: Database;
  readonly screenTexts: ScreenTexts;
  /** Most characters of a question, and of the instructions (`MAX_CONTENT_LENGTH`). */
  readonly maxContentLength: number;
  /** Bytes that a tenant may store (`MAX_STORED_BYTES`). */
  readonly maxStoredBytes: number;
}

export interface StoredImport {
  /** Undefined where nothing was stored. */
  readonly conversation?: Conversation;
  /** Messages that were stored, by this import or by an earlier attempt of it. */
  readonly messages: number;
  /** Whether an earlier attempt of this import stored it. */
  readonly isDone: boolean;
  /** One entry for each thing that was left out. */
  readonly leftOut: readonly LeftOutReason[];
}

/** Messages of one conversation. */
const mostMessages = 10_000;
/** A reply may have as many times the characters of a question. */
const replyFactor = 10;
const longestModelId = 200;

/** PostgreSQL texts hold neither U+0000 nor lone surrogates. */
const storable = (text: string): string => text.replaceAll('\0', '').toWellFormed();

const cut = (text: string, most: number, leftOut: LeftOutReason[]): string => {
  const stored = storable(text);
  if (stored.length <= most) return stored;
  leftOut.push('TEXT_TOO_LONG');
  return storable(stored.slice(0, most));
};

/** Where a message stands, as Message has it. */
type Place = Pick<Message, 'id' | 'parentId' | 'branchId' | 'depth' | 'pathLength' | 'createdAt'>;

/** The first child of a message goes on in its segment, the others begin a segment each. */
const placesOf = (messages: readonly ArrangedMessage[], begun: Date): readonly Place[] => {
  const places: Place[] = [];
  const continued = new Set<number>();
  for (const { message, above: at } of messages) {
    const id = uuidv7();
    const above = at === undefined ? undefined : places[at];
    const goesOn = above !== undefined && at !== undefined && !continued.has(at);
    if (at !== undefined) continued.add(at);
    const earliest = above?.createdAt ?? begun;
    places.push({
      id,
      parentId: above?.id ?? null,
      branchId: goesOn ? above.branchId : id,
      depth: (above?.depth ?? 0) + 1,
      pathLength: (above?.pathLength ?? 0) + (message.role === 'USER' ? message.content.length : 0),
      // A message is never older than what it follows.
      createdAt: message.createdAt && message.createdAt > earliest ? message.createdAt : earliest,
    });
  }
  return places;
};

const rowOf = (message: SourceMessage, place: Place, change: Partial<Message>) => ({
  ...place,
  role: message.role,
  content: message.content,
  status: message.status,
  finishReason: message.finishReason ?? null,
  failure: message.failure ?? null,
  modelId: message.modelId?.slice(0, longestModelId) ?? null,
  toolCalls: message.toolCalls && message.toolCalls.length > 0 ? message.toolCalls : null,
  reasoning: message.reasoning ?? null,
  lastSeq: 0,
  completedAt: message.completedAt ?? place.createdAt,
  ...change,
});

/** Settings of the source that are settings here. */
const settingsOf = (
  source: SourceConversation,
  maxContentLength: number,
): { readonly modelPolicy: string | null; readonly budgetUsd: string | null } => {
  const [modelPolicy, budgetUsd] = [source.modelPolicy ?? null, source.budgetUsd ?? null];
  try {
    checkSettings({ modelPolicy, budgetUsd }, maxContentLength);
    return { modelPolicy, budgetUsd };
  } catch (fault) {
    if (fault instanceof AppError) return { modelPolicy: null, budgetUsd: null };
    throw fault;
  }
};

/** What a blocked message leaves: its place in the tree. */
const withheld = { content: '', reasoning: null, toolCalls: null, status: 'BLOCKED' } as const;

export interface ImportRequest {
  readonly identity: Identity;
  readonly transferId: string;
  readonly conversation: SourceConversation;
}

/** What the source's conversation was stored as before, or the very conversation, unless it is deleted. */
const findStored = async (
  em: EntityManager,
  { identity, conversation: { source, sourceId } }: ImportRequest,
): Promise<{ readonly transferId?: string; readonly conversationId: string } | undefined> => {
  const { tenantId, userId } = identity;
  const known = await em.findOne(ImportedConversationEntity, { tenantId, userId, source, sourceId });
  const id = known?.conversationId ?? (source === 'PARLANCE' && validate(sourceId) ? sourceId : undefined);
  if (id === undefined) return undefined;
  const stored = await em.findOne(ConversationEntity, { id, ownerId: userId, deletedAt: null });
  if (stored) return { conversationId: id, ...(known ? { transferId: known.transferId } : {}) };
  if (known) await em.nativeDelete(ImportedConversationEntity, { tenantId, userId, source, sourceId });
  return undefined;
};

const bounded = (
  { message, above }: ArrangedMessage,
  maxContentLength: number,
  leftOut: LeftOutReason[],
): ArrangedMessage => {
  const most = message.role === 'USER' ? maxContentLength : maxContentLength * replyFactor;
  const reasoning = message.reasoning === undefined ? undefined : cut(message.reasoning, most, leftOut);
  const toolCalls = message.toolCalls?.map((call) => ({ ...call, id: storable(call.id), name: storable(call.name) }));
  return { above, message: { ...message, content: cut(message.content, most, leftOut), reasoning, toolCalls } };
};

/** Throws QUOTA_EXCEEDED when the tenant's storage is full, and the fault of safety. */
export const storeConversation = async (services: StoreServices, request: ImportRequest): Promise<StoredImport> => {
  const { database, screenTexts, maxContentLength, maxStoredBytes } = services;
  const { identity, transferId, conversation: source } = request;
  const { tenantId, userId } = identity;
  const stored = await findStored(database.forTenant(tenantId), request);
  if (stored) {
    const isDone = stored.transferId === transferId;
    if (!isDone) return { messages: 0, isDone, leftOut: ['ALREADY_IMPORTED'] };
    const { conversationId } = stored;
    return {
      messages: await database.forTenant(tenantId).count(MessageEntity, { conversationId }),
      isDone,
      leftOut: [],
    };
  }

  const tree = arrangeTree(source);
  const leftOut: LeftOutReason[] = [...tree.leftOut];
  if (tree.messages.length === 0) return { messages: 0, isDone: false, leftOut: ['EMPTY'] };
  if (tree.messages.length > mostMessages) return { messages: 0, isDone: false, leftOut: ['TOO_MANY_MESSAGES'] };
  const messages = tree.messages.map((each) => bounded(each, maxContentLength, leftOut));
  const begun = source.createdAt ?? messages.find(({ message }) => message.createdAt)?.message.createdAt ?? new Date();
  const places = placesOf(messages, begun);
  const id = uuidv7();
  const instructionsId = uuidv7();
  const systemPrompt = source.systemPrompt ? cut(source.systemPrompt, maxContentLength, leftOut) : null;

  const texts: TextToScreen[] = messages.map(({ message: { content, reasoning } }, at) => ({
    id: places[at]?.id ?? '',
    conversationId: id,
    content: reasoning === undefined ? content : `${content}\n\n${reasoning}`,
  }));
  const whole = texts.reduce((all, { content }) => all + content.length, 0);
  requireStorage((await readStoredBytes(database.forTenant(tenantId))) + whole, systemPrompt ?? '', maxStoredBytes);
  const instructions = { id: instructionsId, conversationId: id, content: systemPrompt ?? '' };
  const blocked = await screenTexts(identity, [...texts, { ...instructions, stage: 'INSTRUCTIONS' }]);
  for (const _ of blocked) leftOut.push('BLOCKED');

  const head = tree.head === undefined ? undefined : places[tree.head];
  const last = places.reduce((latest, { createdAt }) => Math.max(latest, createdAt.getTime()), begun.getTime());
  const conversation = await database.forTenant(tenantId).transactional(async (em) => {
    const created = em.create(ConversationEntity, {
      ...{ id, tenantId, ownerId: userId, headId: head?.id ?? null },
      title: source.title ? storable(source.title).slice(0, maxTitleLength).toWellFormed() || null : null,
      ...settingsOf(source, maxContentLength),
      systemPrompt: blocked.has(instructionsId) || systemPrompt === '' ? null : systemPrompt,
      pinned: source.pinned ?? false,
      archived: source.archived ?? false,
      ...{ legalHold: false, createdAt: begun, updatedAt: source.updatedAt ?? new Date(last) },
      // What was read elsewhere is not unread here.
      readAt: new Date(),
    });
    // Its messages refer to it.
    await em.flush();
    em.create(ImportedConversationEntity, {
      ...{ tenantId, userId, source: source.source, sourceId: source.sourceId, conversationId: id, transferId },
    });
    for (const [at, { message }] of messages.entries()) {
      const place = places[at];
      if (!place) throw new Error('each message has a place');
      const change = blocked.has(place.id) ? withheld : {};
      em.create(MessageEntity, { ...rowOf(message, place, change), tenantId, conversationId: id });
    }
    await em.flush();
    return created;
  });
  return { conversation, messages: messages.length, isDone: false, leftOut };
};
