/** A client of the supergraph for tests: fetch for queries, graphql-ws (which nobody here wrote) for streams. */
import { type Client, createClient as createSocketClient } from 'graphql-ws';
import { v7 as uuidv7 } from 'uuid';
import WebSocket from 'ws';
import { z } from 'zod';

const errorSchema = z.looseObject({
  message: z.string(),
  path: z.array(z.union([z.string(), z.number()])).optional(),
  extensions: z.looseObject({ code: z.string() }),
});
export type ShownError = z.infer<typeof errorSchema>;

const resultSchema = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(errorSchema).optional(),
});

const eventSchema = z.looseObject({
  __typename: z.string(),
  seq: z.number(),
  text: z.string().optional(),
  attempt: z.number().optional(),
  message: z
    .looseObject({ id: z.string(), status: z.string(), content: z.string(), finishReason: z.string().nullable() })
    .optional(),
  toolCall: z
    .object({
      id: z.string(),
      name: z.string(),
      arguments: z.string(),
      status: z.string(),
      result: z.string().nullable(),
    })
    .optional(),
  failure: z.looseObject({ code: z.string(), message: z.string(), retryable: z.boolean() }).optional(),
});
export type StreamedEvent = z.infer<typeof eventSchema>;

const turnSchema = z.object({
  userMessage: z.object({ id: z.string() }),
  assistantMessage: z.object({ id: z.string(), status: z.string() }),
  replayed: z.boolean(),
});
export type Turn = z.infer<typeof turnSchema>;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly data: Readonly<Record<string, unknown>> | null | undefined;
  readonly errors: readonly ShownError[];
}

export interface Stream extends AsyncIterableIterator<StreamedEvent> {
  /** All events up to the end. */
  all(): Promise<StreamedEvent[]>;
}

export interface TestApiKey {
  readonly id: string;
  /** The key itself. */
  readonly secret: string;
  /** By its maker. */
  revoke(): Promise<void>;
}

export interface TestClient extends AsyncDisposable {
  readonly token: string;
  /** As it comes, with errors. */
  ask(query: string, variables?: object): Promise<Reply>;
  /** The data; throws when there are errors. */
  query<Data>(shape: z.ZodType<Data>, query: string, variables?: object): Promise<Data>;
  /** The code of the first error; throws when there is none. */
  refusal(query: string, variables?: object): Promise<ShownError>;
  createConversation(input?: object): Promise<string>;
  /** An API key of the user; `input` adds to it. */
  createApiKey(input?: object): Promise<TestApiKey>;
  /** Sends with a key of its own; `input` adds to it. */
  send(conversationId: string, content: string, input?: object): Promise<Turn>;
  stream(messageId: string, afterSeq?: number): Stream;
  /** The data of each event of another subscription; throws when there are errors. */
  follow<Data>(shape: z.ZodType<Data>, subscription: string, variables?: object): AsyncIterableIterator<Data>;
  /** Sends, follows the stream to its end. */
  converse(conversationId: string, content: string, input?: object): Promise<{ turn: Turn; events: StreamedEvent[] }>;
}

export const sendMutation = `mutation Send($input: SendMessageInput!) {
  sendMessage(input: $input) { userMessage { id } assistantMessage { id status } replayed }
}`;

export const streamSubscription = `subscription Stream($id: ID!, $afterSeq: Int) {
  messageStream(messageId: $id, afterSeq: $afterSeq) {
    __typename seq
    ... on MessageStarted { attempt }
    ... on ReasoningDelta { text }
    ... on TokenDelta { text }
    ... on ToolCallStarted { toolCall { ...Call } }
    ... on ToolCallAwaitingApproval { toolCall { ...Call } }
    ... on ToolCallApproved { toolCall { ...Call } }
    ... on ToolCallCompleted { toolCall { ...Call } }
    ... on MessageCompleted { message { id status content finishReason } }
    ... on MessageFailed { failure { code message retryable } }
  }
}
fragment Call on ToolCall { id name arguments status result }`;

const joined = (events: readonly StreamedEvent[], type: 'TokenDelta' | 'ReasoningDelta'): string =>
  events.reduce((text, event) => {
    if (event.__typename === 'MessageReset') return '';
    return event.__typename === type ? text + (event.text ?? '') : text;
  }, '');

/** The text that a client shows after these events. */
export const textOfEvents = (events: readonly StreamedEvent[]): string => joined(events, 'TokenDelta');

/** Likewise the reasoning. */
export const reasoningOfEvents = (events: readonly StreamedEvent[]): string => joined(events, 'ReasoningDelta');

const followEvents = <Data>(
  socket: Client,
  shape: z.ZodType<Data>,
  query: string,
  variables: object = {},
): AsyncIterableIterator<Data> => {
  const results = socket.iterate<Record<string, unknown>>({ query, variables: { ...variables } });
  const iterator: AsyncIterableIterator<Data> = {
    async next() {
      const step = await results.next();
      if (step.done) return { done: true, value: undefined };
      if (step.value.errors) throw new Error(JSON.stringify(step.value.errors));
      return { done: false, value: shape.parse(step.value.data) };
    },
    async return() {
      await results.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
};

export const createClient = (url: () => string, token: string): TestClient => {
  const socket = createSocketClient({
    url: () => url().replace(/^http/, 'ws'),
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    lazyCloseTimeout: 1_000,
  });

  const ask: TestClient['ask'] = async (query, variables = {}) => {
    const response = await fetch(url(), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors = [] } = resultSchema.parse(await response.json());
    return { status: response.status, headers: response.headers, data, errors };
  };

  const query: TestClient['query'] = async (shape, document, variables) => {
    const { data, errors } = await ask(document, variables);
    if (errors.length > 0) throw new Error(JSON.stringify(errors));
    return shape.parse(data);
  };

  const follow: TestClient['follow'] = (shape, document, variables) => followEvents(socket, shape, document, variables);

  const stream: TestClient['stream'] = (id, afterSeq = 0) => {
    const results = follow(z.object({ messageStream: eventSchema }), streamSubscription, { id, afterSeq });
    const iterator: Stream = {
      async next() {
        const step = await results.next();
        return step.done ? { done: true, value: undefined } : { done: false, value: step.value.messageStream };
      },
      async return() {
        await results.return?.();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => iterator,
      async all() {
        const events: StreamedEvent[] = [];
        for await (const event of iterator) events.push(event);
        return events;
      },
    };
    return iterator;
  };

  const send: TestClient['send'] = async (conversationId, content, input) => {
    const variables = { input: { conversationId, content, idempotencyKey: uuidv7(), ...input } };
    return (await query(z.object({ sendMessage: turnSchema }), sendMutation, variables)).sendMessage;
  };

  return {
    token,
    ask,
    query,
    send,
    stream,
    follow,
    async refusal(document, variables) {
      const [error] = (await ask(document, variables)).errors;
      if (!error) throw new Error(`not refused: ${document}`);
      return error;
    },
    async createConversation(input = {}) {
      const shape = z.object({ createConversation: z.object({ id: z.string() }) });
      const document = 'mutation Create($input: CreateConversationInput!) { createConversation(input: $input) { id } }';
      return (await query(shape, document, { input })).createConversation.id;
    },
    async createApiKey(input = {}) {
      const shape = z.object({
        createApiKey: z.object({ secret: z.string(), apiKey: z.object({ id: z.string() }) }),
      });
      const document =
        'mutation Create($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { id } } }';
      const { secret, apiKey } = (await query(shape, document, { input: { name: 'test', ...input } })).createApiKey;
      const revoke = 'mutation Revoke($id: ID!) { revokeApiKey(id: $id) { id } }';
      return {
        id: apiKey.id,
        secret,
        async revoke() {
          await query(z.unknown(), revoke, { id: apiKey.id });
        },
      };
    },
    async converse(conversationId, content, input) {
      const turn = await send(conversationId, content, input);
      return { turn, events: await stream(turn.assistantMessage.id).all() };
    },
    async [Symbol.asyncDispose]() {
      await socket.dispose();
    },
  };
};
