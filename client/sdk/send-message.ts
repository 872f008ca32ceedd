/** The three ways to start a turn: a new question, a question in other words, another reply to the same question. */
import type { FollowServices } from './follow-to-end.ts';
import {
  EditMessageDocument,
  type EditMessageInput,
  RegenerateMessageDocument,
  type RegenerateMessageInput,
  SendMessageDocument,
  type SendMessageInput,
} from './generated/graphql.ts';
import { type StartedTurn, startTurn, type TurnIds, type TurnOptions, turnIds } from './start-turn.ts';

/** As the API takes it; omitted keys and ids are generated. */
export type SendOptions = Omit<SendMessageInput, keyof TurnIds> & TurnOptions;
/** As the API takes it; omitted keys and ids are generated. */
export type EditOptions = Omit<EditMessageInput, keyof TurnIds> & TurnOptions;
/** As the API takes it; omitted keys and ids are generated. */
export type RegenerateOptions = Omit<RegenerateMessageInput, keyof TurnIds> & TurnOptions;

/** The question as it can be shown before the server has it. Its id comes with `turn`. */
export interface OptimisticMessage {
  /** Identifies the question until then. */
  readonly idempotencyKey: string;
  readonly role: 'USER';
  readonly content: string;
  readonly conversationId: string;
  readonly createdAt: string;
}

export interface SentMessage extends StartedTurn {
  readonly userMessage: OptimisticMessage;
}

export const sendMessage = (services: FollowServices, { signal, ...given }: SendOptions): SentMessage => {
  const ids = turnIds(given);
  const input: SendMessageInput = { ...given, ...ids };
  const started = startTurn(
    services,
    ids,
    signal,
    async () => (await services.requests.mutate(SendMessageDocument, { input })).sendMessage,
  );
  const { content, conversationId } = given;
  const { idempotencyKey } = ids;
  const createdAt = new Date().toISOString();
  return { ...started, userMessage: { idempotencyKey, role: 'USER', content, conversationId, createdAt } };
};

export const editMessage = (services: FollowServices, { signal, ...given }: EditOptions): StartedTurn => {
  const ids = turnIds(given);
  const input: EditMessageInput = { ...given, ...ids };
  return startTurn(
    services,
    ids,
    signal,
    async () => (await services.requests.mutate(EditMessageDocument, { input })).editMessage,
  );
};

export const regenerateMessage = (services: FollowServices, { signal, ...given }: RegenerateOptions): StartedTurn => {
  const ids = turnIds(given);
  const input: RegenerateMessageInput = { ...given, ...ids };
  return startTurn(
    services,
    ids,
    signal,
    async () => (await services.requests.mutate(RegenerateMessageDocument, { input })).regenerateMessage,
  );
};
