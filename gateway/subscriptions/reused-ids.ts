/**
 * Keeps the operations of one connection apart that have the same id. A client may use an id again as soon as it has
 * completed it, while the first operation is still being admitted or is just ending; graphql-ws knows them by their id
 * alone, and would run both or end the wrong one. So the later one begins when the earlier one is over, which a
 * completed one is at once or when it has been admitted. Invariant: one operation of an id is with graphql-ws at a time.
 */
import { CloseCode } from 'graphql-ws';
import { z } from 'zod';

/** Resolves when the message is dealt with; for an operation that is when it is over. */
export type TakeMessage = (text: string) => Promise<void>;

export interface ReusedIdsOptions {
  /** What comes after this, told of each operation only when its id is free. */
  readonly take: TakeMessage;
  isOpen(): boolean;
  close(code: number, reason: string): void;
}

interface Operation {
  /** By its client. */
  isCompleted: boolean;
  /** Message of the operation that has the id next. */
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

export const separateReusedIds = ({ take, isOpen, close }: ReusedIdsOptions): TakeMessage => {
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
