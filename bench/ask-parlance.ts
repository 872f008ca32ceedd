/**
 * One turn as an impatient client makes it: sendMessage and messageStream leave in one flight, on one socket, joined by
 * the replyId.
 */
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { GraphSocket } from './graph-socket.ts';

const sendMutation = `mutation Send($input: SendMessageInput!) {
  sendMessage(input: $input) { assistantMessage { id } }
}`;
const streamSubscription = `subscription Stream($id: ID!) {
  messageStream(messageId: $id) {
    __typename seq
    ... on TokenDelta { text }
    ... on MessageCompleted { message { status } }
    ... on MessageFailed { failure { code } }
  }
}`;
const eventSchema = z.object({ messageStream: z.object({ __typename: z.string(), text: z.string().optional() }) });

export interface StreamTimes {
  /** Milliseconds from sending to the first text. */
  readonly firstMs: number;
  /** Deltas that arrived. */
  readonly deltas: number;
  readonly characters: number;
}

/** @param input what else sendMessage takes */
export const send = (
  socket: GraphSocket,
  conversationId: string,
  content: string,
  { replyId = uuidv7(), ...input }: { readonly replyId?: string; readonly temperature?: number } = {},
) => socket.ask(sendMutation, { input: { ...input, conversationId, content, replyId, idempotencyKey: replyId } });

/** Resolves at the end of the reply. Rejects unless it is complete. */
export const converse = (
  socket: GraphSocket,
  conversationId: string,
  content: string,
  input: { readonly temperature?: number } = {},
): Promise<StreamTimes> => {
  const { promise, resolve, reject } = Promise.withResolvers<StreamTimes>();
  const replyId = uuidv7();
  const startedAt = performance.now();
  let firstMs: number | undefined;
  let deltas = 0;
  let characters = 0;
  let last = '';
  send(socket, conversationId, content, { ...input, replyId }).catch(reject);
  socket.start(
    streamSubscription,
    { id: replyId },
    {
      data(data) {
        const { __typename, text = '' } = eventSchema.parse(data).messageStream;
        last = __typename;
        if (__typename !== 'TokenDelta') return;
        firstMs ??= performance.now() - startedAt;
        deltas += 1;
        characters += text.length;
      },
      end(fault) {
        if (fault) reject(fault);
        else if (firstMs === undefined || last !== 'MessageCompleted')
          reject(new Error(`the reply ended with ${last}`));
        else resolve({ firstMs, deltas, characters });
      },
    },
  );
  return promise;
};
