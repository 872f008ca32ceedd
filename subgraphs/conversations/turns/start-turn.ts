/**
 * One turn, whoever asks for it (send, edit, regenerate): replayed when its key is known, admitted by the other subgraphs, then stored
 * with its job in one transaction under the conversation's row lock. Invariant: one idempotency key leads to one pair of
 * messages, one job and one reservation, however often and however concurrently it is sent.
 */
import type { Database } from '#kernel/database/database.ts';
import { AppError } from '#kernel/errors.ts';
import type { Identity } from '#kernel/identity.ts';
import type { StreamLog } from '#kernel/stream-log/stream-log.ts';
import { conversationNotFound } from '../access.ts';
import type { ChangeFeed } from '../changes.ts';
import { inFlightStatuses, type Message } from '../entities.ts';
import { turnsEnded } from '../metrics.ts';
import type { OutboxRelay } from '../outbox/relay.ts';
import { requireStorage } from '../storage.ts';
import type { Admission, AdmissionRequest, Reservation } from './admission.ts';
import { buildJob, type Said } from './build-job.ts';
import { replayTurn, sendIdOf, type TurnResult } from './idempotency.ts';
import { sizeOfPrompt } from './prompt-size.ts';
import type { CheckPressure } from './queue-pressure.ts';
import { type Place, readTurn, type Turn } from './read-turn.ts';
import type { Route } from './routes.ts';
import { type BusyPolicy, newMessageId, type StoreOutcome, storeTurn } from './store-turn.ts';

export interface TurnRequest {
  readonly identity: Identity;
  readonly idempotencyKey: string;
  /** Hash of everything else the client sent: the same key with another hash is refused. */
  readonly requestHash: string;
  readonly conversationId: string;
  readonly place: Place;
  /** What the user wrote, or the question at `place` that gets another answer. */
  readonly question: string | Message;
  readonly replyId: string | undefined;
  readonly modelPolicy: string | undefined;
  readonly maxOutputTokens: number | undefined;
  readonly temperature: number | undefined;
  /** Names of the tools that the model may call; undefined: all that the tenant has. */
  readonly tools: readonly string[] | undefined;
  readonly onBusy: BusyPolicy;
}

export interface TurnServices {
  readonly database: Database;
  readonly admission: Admission;
  readonly checkPressure: CheckPressure;
  readonly relay: OutboxRelay;
  readonly streamLog: StreamLog;
  readonly changes: ChangeFeed;
  /** Bytes that a tenant may store (`MAX_STORED_BYTES`). */
  readonly maxStoredBytes: number;
}

/** Characters per token when the prompt is only estimated: OpenAI's rule of thumb for English. */
const charactersPerToken = 4;
/** Milliseconds after which a busy conversation is worth another try. */
const busyRetryAfterMs = 1_000;
/** Times that a turn is placed anew because another one took its place first. */
const mostPlacings = 8;

const tokensOf = (characters: number): number => Math.ceil(characters / charactersPerToken);

const busy = (): AppError =>
  new AppError(
    'CONVERSATION_BUSY',
    'An answer is being written in this conversation. Wait for it, stop it, or send with onBusy ENQUEUE or INTERRUPT.',
    { retryAfterMs: busyRetryAfterMs },
  );

const isUniqueViolation = (fault: unknown, constraint?: string): boolean =>
  fault instanceof Error &&
  'code' in fault &&
  fault.code === '23505' &&
  (constraint === undefined || ('constraint' in fault && fault.constraint === constraint));

/** The unique index of log ids. */
const logIdIndex = 'messages_log';

/** What is known of a turn when the other subgraphs have admitted it. */
interface Admitted {
  readonly turn: Turn;
  readonly questionId: string;
  readonly answerId: string;
  readonly route: Route;
  readonly reservation: Reservation;
}

type Stored = Extract<StoreOutcome, { kind: 'stored' }>;

/** The messages that the reply is to: the history, and the question where it is new. */
const branchOf = ({ question }: TurnRequest, { history }: Turn): readonly Said[] =>
  typeof question === 'string' ? [...history, { role: 'USER', content: question, status: 'COMPLETED' }] : history;

const storeOnce = async (
  database: Database,
  request: TurnRequest,
  admitted: Admitted,
  onBusy: BusyPolicy,
): Promise<StoreOutcome> => {
  const { identity, conversationId, idempotencyKey, requestHash, question, place } = request;
  const { turn, answerId, questionId } = admitted;
  const { systemPrompt, history } = turn;
  const { candidates, tools } = admitted.route;
  const generation = {
    userId: identity.userId,
    candidates,
    tools: tools.length === 0 ? undefined : tools,
    maxOutputTokens: request.maxOutputTokens,
    temperature: request.temperature,
  };
  const isNew = typeof question === 'string';
  const branch = branchOf(request, turn);
  const { tenantId } = identity;
  const storeAs = (logId: string | undefined): Promise<StoreOutcome> =>
    storeTurn(database, {
      ...{ identity, conversationId, idempotencyKey, requestHash, onBusy, answerId, logId, generation },
      followsHead: place.kind === 'head',
      aboveId: turn.aboveId,
      question: isNew ? { id: questionId, content: question } : question,
      historyIsOpen: history.some(({ status }) => inFlightStatuses.includes(status)),
      job: buildJob({ tenantId, conversationId, systemPrompt, branch, answerId, logId, generation }),
    });
  try {
    return await storeAs(undefined);
  } catch (fault) {
    if (!isUniqueViolation(fault, logIdIndex)) throw fault;
    // Perhaps another tenant's message has this id, which is nothing that this one may learn.
    return storeAs(newMessageId());
  }
};

interface Asked {
  readonly request: TurnRequest;
  /** What admission was asked. */
  readonly asked: AdmissionRequest;
  /** Given each reservation that takes the place of the one before. */
  readonly keep: (reservation: Reservation) => void;
}

/**
 * Stores until the turn has its place. An answer that has ended for everybody who watches, but whose row is not written yet, makes the
 * conversation busy for nobody: the new one waits for that row.
 */
const store = async (
  services: TurnServices,
  { request, asked, keep }: Asked,
  first: Admitted,
): Promise<Stored | 'known'> => {
  const { database, streamLog, admission } = services;
  let admitted = first;
  let { onBusy } = request;
  for (let placing = 1; placing <= mostPlacings; placing += 1) {
    const outcome = await storeOnce(database, request, admitted, onBusy);
    if (outcome.kind === 'stored') return outcome;
    if (outcome.kind === 'known') return 'known';
    if (outcome.kind === 'gone') throw conversationNotFound();
    if (outcome.kind === 'busy') {
      const logs = await Promise.all(outcome.running.map((id) => streamLog.snapshot(id)));
      if (!logs.every((log) => log?.ended)) throw busy();
      onBusy = 'ENQUEUE';
    } else {
      const turn = await readTurn(database, request);
      const prompt = sizeOfPrompt(turn.systemPrompt, branchOf(request, turn));
      const { most, openReplies } = admitted.reservation.prompt;
      if (prompt.most > most || prompt.openReplies > openReplies) {
        admitted = { ...admitted, ...(await admission.extend({ ...asked, prompt }, admitted)) };
        keep(admitted.reservation);
      }
      admitted = { ...admitted, turn };
    }
  }
  throw busy();
};

const runTurn = async (services: TurnServices, request: TurnRequest): Promise<TurnResult> => {
  const { database, admission } = services;
  const { identity, conversationId, question, requestHash } = request;
  const turn = await readTurn(database, request);
  if (turn.send) return replayTurn(database, identity.tenantId, turn.send, requestHash);

  const isNew = typeof question === 'string';
  requireStorage(turn.storedBytes, isNew ? question : '', services.maxStoredBytes);
  const answerId = request.replyId ?? newMessageId();
  const questionId = isNew ? newMessageId() : question.id;
  const asked: AdmissionRequest = {
    identity,
    sendId: sendIdOf(request),
    conversationId,
    userMessageId: isNew ? questionId : answerId,
    assistantMessageId: answerId,
    content: isNew ? question : undefined,
    modelPolicy: request.modelPolicy ?? turn.modelPolicy,
    prompt: sizeOfPrompt(turn.systemPrompt, branchOf(request, turn)),
    mayTitle: !turn.titled && (isNew ? turn.aboveId === undefined : question.depth === 1),
    mayWait: request.onBusy !== 'REJECT',
    leastInputTokens: tokensOf((turn.systemPrompt?.length ?? 0) + (isNew ? question : question.content).length),
    maxOutputTokens: request.maxOutputTokens,
    tools: request.tools,
  };
  const { route, reservation: first } = await admission.admit(asked);
  let reservation = first;
  const keep = (other: Reservation): void => {
    reservation = other;
  };

  let stored: Stored | 'known';
  try {
    const [best] = route.candidates;
    if (best) services.checkPressure(best.pool);
    stored = await store(services, { request, asked, keep }, { turn, questionId, answerId, route, reservation });
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
    const { send } = await readTurn(database, request);
    if (!send) throw new Error('a recorded send is gone');
    return replayTurn(database, identity.tenantId, send, requestHash);
  }
  void services.relay.publish(stored.outbox);
  for (const id of stored.interrupted) await services.streamLog.requestStop(id);
  const { userMessage, assistantMessage } = stored;
  const announced = { id: conversationId, tenantId: identity.tenantId, ownerId: identity.userId };
  services.changes.announce(announced, 'MESSAGE_ADDED', assistantMessage.id);
  return { userMessage, assistantMessage, replayed: false };
};

/**
 * What was left of a quota may be held, or used by now, for a copy of the same send that was stored meanwhile: then
 * this one is answered with that. Else throws the refusal.
 */
const replayRefused = async (
  { database }: TurnServices,
  request: TurnRequest,
  refusal: unknown,
): Promise<TurnResult> => {
  if (!(refusal instanceof AppError) || refusal.code !== 'QUOTA_EXCEEDED') throw refusal;
  const { send } = await readTurn(database, request);
  if (!send) throw refusal;
  return replayTurn(database, request.identity.tenantId, send, request.requestHash);
};

/**
 * Throws the refusals of admission, QUOTA_EXCEEDED where the tenant's storage is full, CONVERSATION_BUSY,
 * IDEMPOTENCY_KEY_REUSED, OVERLOADED, NOT_FOUND, BAD_USER_INPUT.
 */
export const startTurn = async (services: TurnServices, request: TurnRequest): Promise<TurnResult> => {
  try {
    const result = await runTurn(services, request).catch((fault: unknown) => replayRefused(services, request, fault));
    turnsEnded.add({ outcome: result.replayed ? 'REPLAYED' : 'STORED' });
    return result;
  } catch (fault) {
    turnsEnded.add({ outcome: fault instanceof AppError ? fault.code : 'INTERNAL_SERVER_ERROR' });
    throw fault;
  }
};
