/**
 * Starts one turn, whether it was sent, edited or regenerated: replays it when its key is known, has the other
 * subgraphs admit it, then stores it with its job in one transaction under the conversation's row lock. Invariant: one
 * idempotency key leads to one pair of messages, one job and one reservation, however often and however concurrently it
 * is sent.
 */

import type { OutputModeration } from '#contracts/moderation/output-moderation.ts';
import type { Retrieval } from '#contracts/passages.ts';
import type { ReuseTerms } from '#contracts/reuse.ts';
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { OutboxRelay } from '#kernel/outbox/relay.ts';
import { activeRequest } from '#kernel/request-id.ts';
import type { StreamLog } from '#kernel/stream-log/stream-log.ts';
import { conversationNotFound } from '../conversations/access.ts';
import type { ChangeFeed } from '../conversations/change-feed.ts';
import { requireStorage } from '../conversations/stored-bytes.ts';
import { inFlightStatuses, type Message } from '../entities.ts';
import { turnsEnded, turnsJudged } from '../metrics.ts';
import { hasPictures } from '../prompts/branch-message.ts';
import { buildJob } from '../replies/build-job.ts';
import { interruptReplies, type StopServices } from '../replies/stop-generation.ts';
import type { ReplyPolicy } from '../screening/screening.ts';
import type { Admission, AdmissionRequest, Reservation } from './admission.ts';
import type { CuratedReplies } from './curated-replies.ts';
import { replayTurn, sendIdOf, type TurnResult } from './idempotency.ts';
import { judgeTurn } from './judge-turn.ts';
import { outputTokensWithin } from './output-tokens.ts';
import { type PlacedRoute, placeRoute } from './place-route.ts';
import type { PlaceReply } from './queue-pressure.ts';
import { readTurnContext, type TurnContext } from './read-turn-context.ts';
import type { RetrievePassages } from './retrieve-passages.ts';
import { type BusyPolicy, newMessageId, type StoreOutcome, storeTurn } from './store-turn.ts';
import { branchOf, promptSizeOf } from './turn-prompt.ts';
import type { TurnRequest } from './turn-request.ts';
import { documentsOf, instructionsOf, reuseOf } from './turn-terms.ts';

export interface TurnServices extends Pick<StopServices, 'stops' | 'logger'> {
  readonly database: Database;
  readonly admission: Admission;
  readonly placeReply: PlaceReply;
  readonly curatedReplies: CuratedReplies;
  readonly retrievePassages: RetrievePassages;
  readonly relay: OutboxRelay;
  readonly streamLog: StreamLog;
  readonly changes: ChangeFeed;
  /** Bytes that a tenant may store (`MAX_STORED_BYTES`). */
  readonly maxStoredBytes: number;
}

/** Characters per token where a prompt is only estimated: OpenAI's rule of thumb for English. */
const charactersPerToken = 4;
/** Milliseconds after which a client may try a busy conversation again. */
const busyRetryAfterMs = 1_000;
/** Times that storing a turn is tried, because another turn may be stored in its position first. */
const maxStoreAttempts = 8;

const tokensOf = (characters: number): number => Math.ceil(characters / charactersPerToken);

const busy = (): AppError =>
  new AppError(
    'CONVERSATION_BUSY',
    'A reply is being written in this conversation. Wait for it, stop it, or send with onBusy ENQUEUE or INTERRUPT.',
    { retryAfterMs: busyRetryAfterMs },
  );

const isUniqueViolation = (fault: unknown, constraint?: string): boolean =>
  fault instanceof Error &&
  'code' in fault &&
  fault.code === '23505' &&
  (constraint === undefined || ('constraint' in fault && fault.constraint === constraint));

/** The unique index of log ids. */
const logIdIndex = 'messages_log';

/** A turn that the other subgraphs have admitted and that is yet to be stored. */
interface AdmittedTurn extends PlacedRoute {
  readonly context: TurnContext;
  readonly questionId: string;
  readonly replyId: string;
  readonly reservation: Reservation;
  readonly outputModeration: OutputModeration | undefined;
  readonly pii: ReplyPolicy['pii'];
  /** On which terms the reply may be one that was written before. */
  readonly reuse: ReuseTerms | undefined;
  readonly retrieval: Retrieval | undefined;
}

type Stored = Extract<StoreOutcome, { kind: 'stored' }>;

const storeOnce = async (
  database: Database,
  request: TurnRequest,
  admitted: AdmittedTurn,
  onBusy: BusyPolicy,
): Promise<StoreOutcome> => {
  const { identity, conversationId, idempotencyKey, requestHash, question, parent } = request;
  const { context, replyId, questionId } = admitted;
  const { systemPrompt, summary, history } = context;
  const { candidates, tools } = admitted.route;
  const generation = {
    userId: identity.userId,
    candidates,
    tools: tools.length === 0 ? undefined : tools,
    maxOutputTokens: outputTokensWithin(admitted.route.outputTokens, request.maxOutputTokens),
    temperature: request.temperature,
    reasoningEffort: request.reasoningEffort,
    responseFormat: request.responseFormat?.type,
    responseSchema: request.responseFormat?.type === 'JSON_SCHEMA' ? request.responseFormat.schema : undefined,
    routing: admitted.routing,
    outputModeration: admitted.outputModeration,
    pii: admitted.pii,
    reuse: admitted.reuse,
    retrieval: admitted.retrieval,
    documents: documentsOf(request, context),
    ...activeRequest(),
  };
  const isNew = typeof question === 'string';
  const branch = branchOf(request, context);
  const { tenantId } = identity;
  const storeAs = (logId: string | undefined): Promise<StoreOutcome> =>
    storeTurn(database, {
      ...{ identity, conversationId, idempotencyKey, requestHash, onBusy, replyId, logId, generation },
      followsHead: parent.kind === 'head',
      parentId: context.parentId,
      question: isNew ? { id: questionId, content: question, attachments: request.attachments } : question,
      historyIsOpen: history.some(({ status }) => inFlightStatuses.includes(status)),
      job: buildJob({ tenantId, conversationId, systemPrompt, summary, branch, replyId, logId, generation }),
    });
  try {
    return await storeAs(undefined);
  } catch (fault) {
    if (!isUniqueViolation(fault, logIdIndex)) throw fault;
    // Another tenant's message may have this id, which this tenant must not learn.
    return storeAs(newMessageId());
  }
};

interface StoreRequest {
  readonly request: TurnRequest;
  readonly admissionRequest: AdmissionRequest;
  /** Called with each reservation that replaces the one before it. */
  readonly onExtended: (reservation: Reservation) => void;
}

/**
 * Tries to store the turn until it is stored in its position. The log of a reply in flight may have ended, with only
 * its row not written yet: then the conversation is not busy, and the new reply only waits for that row.
 */
const storeInPosition = async (
  services: TurnServices,
  { request, admissionRequest, onExtended }: StoreRequest,
  first: AdmittedTurn,
): Promise<Stored | 'known'> => {
  const { database, streamLog, admission } = services;
  let admitted = first;
  let { onBusy } = request;
  for (let attempt = 1; attempt <= maxStoreAttempts; attempt += 1) {
    const outcome = await storeOnce(database, request, admitted, onBusy);
    if (outcome.kind === 'stored') return outcome;
    if (outcome.kind === 'known') return 'known';
    if (outcome.kind === 'gone') throw conversationNotFound();
    if (outcome.kind === 'busy') {
      const logs = await Promise.all(outcome.running.map((id) => streamLog.snapshot(id)));
      if (!logs.every((log) => log?.ended)) throw busy();
      onBusy = 'ENQUEUE';
    } else {
      const context = await readTurnContext(database, request);
      const prompt = promptSizeOf(request, context, admitted.retrieval);
      const { most, openReplies } = admitted.reservation.prompt;
      if (prompt.most > most || prompt.openReplies > openReplies) {
        admitted = { ...admitted, ...(await admission.extend({ ...admissionRequest, prompt }, admitted)) };
        onExtended(admitted.reservation);
      }
      admitted = { ...admitted, context };
    }
  }
  throw busy();
};

const countTurn = ({ generation }: Message): void => {
  const pool = generation?.candidates[0]?.pool;
  if (generation?.routing && pool) turnsJudged.add({ complexity: generation.routing.complexity, pool });
};

const admitAndStore = async (services: TurnServices, request: TurnRequest): Promise<TurnResult> => {
  const { database, admission } = services;
  const { identity, conversationId, question, requestHash } = request;
  const context = await readTurnContext(database, request);
  if (context.send) return replayTurn(database, identity.tenantId, context.send, requestHash);

  const isNew = typeof question === 'string';
  const text = isNew ? question : question.content;
  requireStorage(context.storedBytes, isNew ? question : '', services.maxStoredBytes);
  const replyId = request.replyId ?? newMessageId();
  const questionId = isNew ? newMessageId() : question.id;
  const instructions = instructionsOf(request, context);
  const branch = branchOf(request, context);
  const { history } = context;
  const collectionIds = request.collectionIds ?? context.collectionIds;
  const documents = documentsOf(request, context);
  const above = isNew ? history : history.slice(0, -1);
  const retrieving = services.retrievePassages({ identity, collectionIds, question: text, history: above });
  const admissionRequest: AdmissionRequest = {
    identity,
    sendId: sendIdOf(request),
    conversationId,
    questionId,
    replyId,
    question: text,
    isStored: !isNew,
    judged: judgeTurn(text, context.previousClass),
    modelPolicy: request.modelPolicy ?? context.modelPolicy,
    prompt: promptSizeOf(request, context, undefined),
    wholePrompt: retrieving.then((retrieval) => promptSizeOf(request, context, retrieval)),
    hasPictures: hasPictures(isNew ? request : question),
    conversationBudgetUsd: context.budgetUsd,
    mayTitle: !context.titled,
    mayWait: request.onBusy !== 'REJECT',
    leastInputTokens: tokensOf((instructions?.length ?? 0) + text.length),
    maxOutputTokens: request.maxOutputTokens,
    reasoningEffort: request.reasoningEffort,
    isStructured: request.responseFormat !== undefined,
    tools: request.tools,
    searchesDocuments: documents !== undefined,
  };
  const { route, reservation: first, outputModeration, pii } = await admission.admit(admissionRequest);
  let reservation = first;
  const onExtended = (extended: Reservation): void => {
    reservation = extended;
  };

  let stored: Stored | 'known';
  try {
    const placed = placeRoute(services.placeReply, route, admissionRequest.judged);
    const retrieval = await retrieving;
    // A kept reply may cite other passages, or what its reader may not read; and knows no attachments.
    const isOwn =
      retrieval !== undefined || documents !== undefined || branch.some(({ attachments }) => attachments?.length);
    const reuse = isOwn ? undefined : await reuseOf(services.curatedReplies, request, { context, route, text });
    const admitted = { retrieval, context, questionId, replyId, ...placed, reservation, outputModeration, pii, reuse };
    stored = await storeInPosition(services, { request, admissionRequest, onExtended }, admitted);
  } catch (cause) {
    await admission.release(identity, reservation);
    if (!isUniqueViolation(cause) || request.replyId === undefined) throw cause;
    throw new AppError(
      'BAD_USER_INPUT',
      'There is a message with this replyId already. Make a new one for each message.',
      { cause, argument: 'replyId' },
    );
  }
  if (stored === 'known') {
    await admission.release(identity, reservation);
    const { send } = await readTurnContext(database, request);
    if (!send) throw new Error('a recorded send is gone');
    return replayTurn(database, identity.tenantId, send, requestHash);
  }
  countTurn(stored.reply);
  void services.relay.publish(stored.outbox);
  await interruptReplies(services, identity.tenantId, stored.interrupted);
  const { question: storedQuestion, reply } = stored;
  const conversation = { id: conversationId, tenantId: identity.tenantId, ownerId: identity.userId };
  services.changes.announce(conversation, 'MESSAGE_ADDED', reply.id);
  return { question: storedQuestion, reply, replayed: false };
};

/**
 * Handles the refusal of a send. When it is for quota, a copy of the same send may have been stored meanwhile and hold
 * or have used what was left: then this copy replays that turn. Otherwise throws the refusal.
 */
const replayRefused = async (
  { database }: TurnServices,
  request: TurnRequest,
  refusal: unknown,
): Promise<TurnResult> => {
  if (!(refusal instanceof AppError) || refusal.code !== 'QUOTA_EXCEEDED') throw refusal;
  const { send } = await readTurnContext(database, request);
  if (!send) throw refusal;
  return replayTurn(database, request.identity.tenantId, send, request.requestHash);
};

/**
 * Throws the refusals of admission, QUOTA_EXCEEDED when the tenant's storage is full, CONVERSATION_BUSY,
 * IDEMPOTENCY_KEY_REUSED, OVERLOADED, NOT_FOUND, BAD_USER_INPUT.
 */
export const startTurn = async (services: TurnServices, request: TurnRequest): Promise<TurnResult> => {
  try {
    const result = await admitAndStore(services, request).catch((fault) => replayRefused(services, request, fault));
    turnsEnded.add({ outcome: result.replayed ? 'REPLAYED' : 'STORED' });
    return result;
  } catch (fault) {
    turnsEnded.add({ outcome: fault instanceof AppError ? fault.code : 'INTERNAL_SERVER_ERROR' });
    throw fault;
  }
};
