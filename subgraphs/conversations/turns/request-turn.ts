/** The three ways to start a turn: a new question, another reply to a question, and a question in other words. */
import { validate, version } from 'uuid';
import type { ReasoningEffort } from '#contracts/generation-job.ts';
import type { Identity } from '#contracts/identity.ts';
import type { ResponseFormat, ResponseFormatType } from '#contracts/response-format.ts';
import type { ReusePolicy } from '#contracts/reuse.ts';
import { AppError } from '#kernel/errors.ts';
import { parseSchema, SchemaFault } from '#kernel/json-schema/bounded-schema.ts';
import { requireMessage } from '../conversations/access.ts';
import { MessageEntity } from '../entities.ts';
import type { FindAttachments } from './find-attachments.ts';
import { hashRequest, type TurnResult } from './idempotency.ts';
import { startTurn, type TurnServices } from './start-turn.ts';
import type { BusyPolicy } from './store-turn.ts';

export const maxKeyLength = 200;

export interface RequestServices extends TurnServices {
  /** Most characters of one message (`MAX_CONTENT_LENGTH`). */
  readonly maxContentLength: number;
  readonly findAttachments: FindAttachments;
}

export interface ResponseFormatInput {
  readonly type: ResponseFormatType;
  /** JSON text. */
  readonly schema?: string | null | undefined;
}

/** What a client may choose of the reply. */
export interface GenerationInput {
  readonly idempotencyKey: string;
  readonly replyId?: string | null | undefined;
  readonly modelPolicy?: string | null | undefined;
  readonly maxOutputTokens?: number | null | undefined;
  readonly temperature?: number | null | undefined;
  readonly reasoningEffort?: ReasoningEffort | null | undefined;
  readonly responseFormat?: ResponseFormatInput | null | undefined;
  readonly tools?: readonly string[] | null | undefined;
  readonly reuse?: ReusePolicy | null | undefined;
  readonly onBusy?: BusyPolicy | null | undefined;
}

const refuse = (argument: string, sentence: string): never => {
  throw new AppError('BAD_USER_INPUT', sentence, { argument });
};

const checkContent = (content: string, most: number): void => {
  if (content.trim() === '') refuse('content', 'A message needs some text.');
  if (content.length > most)
    refuse('content', `A message has at most ${most} characters. Shorten it, or send it in parts.`);
};

const parseSchemaOf = (text: string) => {
  try {
    return parseSchema(text);
  } catch (fault) {
    if (!(fault instanceof SchemaFault)) throw fault;
    return refuse('responseFormat.schema', `The schema ${fault.message}`);
  }
};

/** Undefined for text. */
const parseFormat = ({ responseFormat }: GenerationInput): ResponseFormat | undefined => {
  if (responseFormat == null) return undefined;
  const { type, schema } = responseFormat;
  if ((type === 'JSON_SCHEMA') !== (schema != null)) {
    refuse('responseFormat.schema', '"schema" is the JSON text of a JSON Schema, for the type JSON_SCHEMA only.');
  }
  if (type === 'TEXT') return undefined;
  return schema == null ? { type: 'JSON' } : { type: 'JSON_SCHEMA', schema: parseSchemaOf(schema) };
};

/** Throws BAD_USER_INPUT. */
const parseGeneration = (operation: string, input: GenerationInput) => {
  const { idempotencyKey, replyId, maxOutputTokens, temperature } = input;
  if (idempotencyKey === '' || idempotencyKey.length > maxKeyLength) {
    refuse('idempotencyKey', `"idempotencyKey" has 1 to ${maxKeyLength} characters.`);
  }
  if (replyId != null && !(validate(replyId) && version(replyId) === 7))
    refuse('replyId', '"replyId" is a UUID of version 7.');
  if (maxOutputTokens != null && maxOutputTokens < 1) refuse('maxOutputTokens', '"maxOutputTokens" is at least 1.');
  if (temperature != null && !(temperature >= 0 && temperature <= 2))
    refuse('temperature', '"temperature" is between 0 and 2.');
  return {
    idempotencyKey,
    requestHash: hashRequest(operation, input),
    replyId: replyId?.toLowerCase(),
    modelPolicy: input.modelPolicy ?? undefined,
    maxOutputTokens: maxOutputTokens ?? undefined,
    temperature: temperature ?? undefined,
    reasoningEffort: input.reasoningEffort ?? undefined,
    responseFormat: parseFormat(input),
    tools: input.tools ?? undefined,
    reuse: input.reuse ?? undefined,
    onBusy: input.onBusy ?? ('REJECT' as const),
  };
};

/**
 * Asks a new question, after the head or after the given message. Throws BAD_USER_INPUT and what `startTurn` throws.
 */
export const sendMessage = async (
  services: RequestServices,
  identity: Identity,
  input: GenerationInput & {
    readonly conversationId: string;
    readonly content: string;
    readonly attachmentIds?: readonly string[] | null | undefined;
    readonly parentId?: string | null | undefined;
  },
): Promise<TurnResult> => {
  checkContent(input.content, services.maxContentLength);
  const generation = parseGeneration('sendMessage', input);
  const { conversationId, parentId, content: question } = input;
  const parent = parentId == null ? ({ kind: 'head' } as const) : ({ kind: 'message', id: parentId } as const);
  const attachments = await services.findAttachments(identity, input.attachmentIds ?? []);
  return startTurn(services, { ...generation, identity, conversationId, parent, question, attachments });
};

/** Starts another reply to the question of a reply. Throws BAD_USER_INPUT and what `startTurn` throws. */
export const regenerateMessage = async (
  services: RequestServices,
  identity: Identity,
  input: GenerationInput & { readonly messageId: string },
): Promise<TurnResult> => {
  const generation = parseGeneration('regenerateMessage', input);
  const em = services.database.forTenant(identity.tenantId);
  const { message, conversation } = await requireMessage(em, identity, input.messageId, 'write');
  const question =
    message.parentId == null
      ? undefined
      : await services.database.forTenant(identity.tenantId).findOneOrFail(MessageEntity, { id: message.parentId });
  if (message.role !== 'ASSISTANT' || !question)
    return refuse('messageId', 'Only a reply can be regenerated. Use editMessage for a question.');
  const parent = { kind: 'message', id: question.id } as const;
  // Who asks again wants another reply.
  const reuse = 'NEVER' as const;
  return startTurn(services, { ...generation, reuse, identity, conversationId: conversation.id, parent, question });
};

/**
 * Asks a question again in other words, as its sibling, with what was attached to it unless other files are given.
 * Throws BAD_USER_INPUT and what `startTurn` throws.
 */
export const editMessage = async (
  services: RequestServices,
  identity: Identity,
  input: GenerationInput & {
    readonly messageId: string;
    readonly content: string;
    readonly attachmentIds?: readonly string[] | null | undefined;
  },
): Promise<TurnResult> => {
  checkContent(input.content, services.maxContentLength);
  const generation = parseGeneration('editMessage', input);
  const em = services.database.forTenant(identity.tenantId);
  const { message, conversation } = await requireMessage(em, identity, input.messageId, 'write');
  if (message.role !== 'USER')
    return refuse('messageId', 'Only a question can be edited. Use regenerateMessage for a reply.');
  const { parentId } = message;
  const parent = parentId == null ? ({ kind: 'root' } as const) : ({ kind: 'message', id: parentId } as const);
  const question = input.content;
  const { attachmentIds } = input;
  const attachments =
    attachmentIds == null ? (message.attachments ?? []) : await services.findAttachments(identity, attachmentIds);
  return startTurn(services, {
    ...generation,
    identity,
    conversationId: conversation.id,
    parent,
    question,
    attachments,
  });
};
