/**
 * Hands the messages of one client on, in their order. A large one waits for its turn among those of all clients,
 * because reading it takes long; until then its client is not read any more. Invariant: no message overtakes another
 * one of its client.
 */
import type { FairQueue } from '../planning/fair-queue.ts';

export interface MessagesInTurnOptions {
  /** Of the large messages of all clients. */
  readonly queue: FairQueue;
  /** Whose messages they are. */
  sender(): string;
  take(text: string): void;
  /** Told that there are too many. */
  refuse(): void;
  pause(): void;
  resume(): void;
}

/** Bytes beyond which a message is large. */
const smallBytes = 64 * 1024;

export const createMessagesInTurn = (options: MessagesInTurnOptions): ((message: Buffer) => void) => {
  const { queue, sender, take, refuse, pause, resume } = options;
  /** Ends when what came before has been handed on; undefined while nothing waits. */
  let last: Promise<void> | undefined;

  const inTurn = async (message: Buffer, before: Promise<void> | undefined): Promise<void> => {
    await before;
    if (message.length <= smallBytes) take(String(message));
    else await queue.run(sender(), () => take(String(message))).catch(refuse);
  };
  return (message) => {
    if (!last && message.length <= smallBytes) {
      take(String(message));
      return;
    }
    if (!last) pause();
    const mine = inTurn(message, last).then(() => {
      if (last !== mine) return;
      last = undefined;
      resume();
    });
    last = mine;
  };
};
