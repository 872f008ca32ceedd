/**
 * Serializes the operations of one connection that have the same id. A client may reuse an id as soon as it has
 * completed the operation, while the first operation is still being admitted or is just ending. graphql-ws identifies
 * operations by id alone, so it would run both or end the wrong one. Therefore the later operation begins when the
 * earlier one is over; a completed one is over at once, or when its admission ends. Invariant: graphql-ws holds one
 * operation for each id at a time.
 */
import { CloseCode } from 'graphql-ws';
import { z } from 'zod';

/** Resolves when the message has been handled; for an operation, when the operation is over. */
export type HandleMessage = (text: string) => Promise<void>;

export interface SameIdsOptions {
  /** Receives each operation only when its id is free. */
  readonly take: HandleMessage;
  isOpen(): boolean;
  close(code: number, reason: string): void;
}

interface Operation {
  /** Whether the client completed it. */
  isCompleted: boolean;
  /** Message of the next operation with this id. */
  next: string | undefined;
}

const messageSchema = z.object({ type: z.enum(['subscribe', 'complete']), id: z.string() });

const read = (text: string): z.infer<typeof messageSchema> | undefined => {
  try {
    return messageSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

export const serializeSameIds = ({ take, isOpen, close }: SameIdsOptions): HandleMessage => {
  const operations = new Map<string, Operation>();

  const run = async (id: string, first: string): Promise<void> => {
    let text: string | undefined = first;
    while (text !== undefined && isOpen()) {
      const operation: Operation = { isCompleted: false, next: undefined };
      operations.set(id, operation);
      await take(text).finally(() => operations.delete(id));
      text = operation.next;
    }
  };

  return async (text) => {
    const message = read(text);
    const operation = message && operations.get(message.id);
    if (message?.type === 'subscribe') {
      if (!operation) return run(message.id, text);
      if (!operation.isCompleted) return take(text);
      if (operation.next === undefined) operation.next = text;
      else close(CloseCode.SubscriberAlreadyExists, `Subscriber for ${message.id} already exists`);
      return undefined;
    }
    if (operation?.isCompleted) {
      operation.next = undefined;
      return undefined;
    }
    if (operation) operation.isCompleted = true;
    return take(text);
  };
};
