/**
 * What a turn was asked with, kept until the server has it or the user lets it go. Invariant: nothing that was typed is
 * lost, and each attempt, also one after a reload, has the ids of the first, so that the server takes it once.
 */
import {
  type BusyPolicy,
  failureOf,
  type ParlanceClient,
  type ParlanceFault,
  type ReasoningEffort,
  type ResponseFormatInput,
  type StartedTurn,
  type TurnIds,
} from '@parlance/client';

/** Where turns are kept across a reload, such as localStorage. It belongs to one user. */
export interface TurnStorage {
  get(key: string): string | null | undefined;
  set(key: string, value: string): void;
  remove(key: string): void;
}

/** As `sendMessage` takes it; what is left out is the conversation's. */
export interface TurnSettings {
  readonly modelPolicy?: string;
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  /** How much the model thinks first. */
  readonly reasoningEffort?: ReasoningEffort;
  /** The format that the reply has to have. Default: text. */
  readonly responseFormat?: ResponseFormatInput;
  /** Names of the tools that the model may call; empty for none. */
  readonly tools?: string[];
  /** Ids of files of the user that come with a question. Another reply keeps those of its question. */
  readonly attachmentIds?: string[];
  /** What to do while a reply is being written. Default: REJECT. */
  readonly onBusy?: BusyPolicy;
}

export interface TurnRequest extends TurnIds {
  readonly kind: 'send' | 'edit' | 'regenerate';
  /** What was typed; undefined for another reply. */
  readonly content: string | undefined;
  /** The message that this is an alternative to. */
  readonly insteadOf: string | undefined;
  readonly settings: TurnSettings;
  readonly createdAt: string;
}

/** A turn that the server does not have. */
export interface UnsentTurn extends TurnRequest {
  /** Why; undefined where the page was left before there was a response. */
  readonly error: ParlanceFault | undefined;
}

/** Starts the turn at the server. */
export const startRequest = (
  client: ParlanceClient,
  conversationId: string,
  request: TurnRequest,
  signal: AbortSignal,
): StartedTurn => {
  const { kind, content = '', insteadOf: messageId = '', idempotencyKey, replyId, settings } = request;
  const { attachmentIds, ...rest } = settings;
  const common = { ...rest, idempotencyKey, replyId, signal };
  const carried = attachmentIds === undefined ? {} : { attachmentIds };
  if (kind === 'send') return client.send({ ...common, ...carried, conversationId, content });
  if (kind === 'edit') return client.edit({ ...common, ...carried, messageId, content });
  return client.regenerate({ ...common, messageId });
};

export interface TurnRequests {
  /** Oldest first. */
  all(): readonly UnsentTurn[];
  keep(turn: UnsentTurn): void;
  forget(idempotencyKey: string): void;
}

/** Turns of one conversation that are kept, at most. The oldest goes first. */
const maxKept = 20;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isKind = (value: unknown): value is TurnRequest['kind'] =>
  value === 'send' || value === 'edit' || value === 'regenerate';
const isBusyPolicy = (value: unknown): value is BusyPolicy =>
  value === 'REJECT' || value === 'ENQUEUE' || value === 'INTERRUPT';

const isEffort = (value: unknown): value is ReasoningEffort =>
  value === 'NONE' || value === 'LOW' || value === 'MEDIUM' || value === 'HIGH';

const isFormat = (value: unknown): value is ResponseFormatInput =>
  isRecord(value) &&
  (value['type'] === 'TEXT' || value['type'] === 'JSON' || value['type'] === 'JSON_SCHEMA') &&
  (value['schema'] == null || isText(value['schema']));

const settingsIn = (value: unknown): TurnSettings => {
  if (!isRecord(value)) return {};
  const { modelPolicy, maxOutputTokens, temperature, reasoningEffort, responseFormat, tools, attachmentIds, onBusy } =
    value;
  return {
    ...(isText(modelPolicy) ? { modelPolicy } : {}),
    ...(typeof maxOutputTokens === 'number' ? { maxOutputTokens } : {}),
    ...(typeof temperature === 'number' ? { temperature } : {}),
    ...(isEffort(reasoningEffort) ? { reasoningEffort } : {}),
    ...(isFormat(responseFormat) ? { responseFormat } : {}),
    ...(Array.isArray(tools) ? { tools: tools.filter(isText) } : {}),
    ...(Array.isArray(attachmentIds) ? { attachmentIds: attachmentIds.filter(isText) } : {}),
    ...(isBusyPolicy(onBusy) ? { onBusy } : {}),
  };
};

const errorIn = (value: unknown): ParlanceFault | undefined => {
  if (!isRecord(value)) return undefined;
  const { code, message, retryable } = value;
  return isText(code) && isText(message) ? failureOf({ code, message, retryable: retryable === true }) : undefined;
};

/** Whatever else stands in the storage is skipped. */
const turnIn = (value: unknown): readonly UnsentTurn[] => {
  if (!isRecord(value)) return [];
  const { kind, idempotencyKey, replyId, createdAt, content, insteadOf, settings, error } = value;
  if (!isKind(kind) || !isText(idempotencyKey) || !isText(replyId) || !isText(createdAt)) return [];
  return [
    {
      kind,
      idempotencyKey,
      replyId,
      createdAt,
      content: isText(content) ? content : undefined,
      insteadOf: isText(insteadOf) ? insteadOf : undefined,
      settings: settingsIn(settings),
      error: errorIn(error),
    },
  ];
};

const parseTurns = (text: string | null | undefined): readonly UnsentTurn[] => {
  try {
    const values: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(values) ? values.flatMap(turnIn) : [];
  } catch {
    return [];
  }
};

const serialize = (turns: readonly UnsentTurn[]): string =>
  JSON.stringify(
    turns.map(({ error, ...turn }) => ({
      ...turn,
      error: error && { code: error.code, message: error.message, retryable: error.retryable },
    })),
  );

/** Another tab may change the same storage, so each change reads it first. */
export const createTurnRequests = (storage: TurnStorage, conversationId: string): TurnRequests => {
  const key = `parlance.unsent.${conversationId}`;
  /** Those that a full storage did not take. */
  let unstored: readonly UnsentTurn[] = [];

  const read = (): readonly UnsentTurn[] => {
    const ids = new Set(unstored.map(({ idempotencyKey }) => idempotencyKey));
    return [...parseTurns(storage.get(key)).filter(({ idempotencyKey }) => !ids.has(idempotencyKey)), ...unstored];
  };
  const change = (apply: (turns: readonly UnsentTurn[]) => readonly UnsentTurn[]): void => {
    const turns = apply(read()).slice(-maxKept);
    unstored = [];
    try {
      if (turns.length === 0) storage.remove(key);
      else storage.set(key, serialize(turns));
    } catch {
      unstored = turns;
    }
  };
  const without = (turns: readonly UnsentTurn[], id: string): readonly UnsentTurn[] =>
    turns.filter(({ idempotencyKey }) => idempotencyKey !== id);

  return {
    all: read,
    keep: (turn) => change((turns) => [...without(turns, turn.idempotencyKey), turn]),
    forget: (idempotencyKey) => change((turns) => without(turns, idempotencyKey)),
  };
};

/** Keeps turns while the page is open. */
export const createMemoryStorage = (): TurnStorage => {
  const values = new Map<string, string>();
  return {
    get: (key) => values.get(key),
    set: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
  };
};
