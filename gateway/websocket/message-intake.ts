/**
 * Handles the messages of one client in their order. A large message waits in the fair queue of all clients, because
 * parsing it takes long; until then nothing more is read from its client. Invariant: no message overtakes another one
 * of its client.
 */
import type { FairQueue } from '../planning/fair-queue.ts';

export interface MessageIntakeOptions {
  /** The large messages of all clients. */
  readonly queue: FairQueue;
  /** The client whose messages these are. */
  sender(): string;
  take(text: string): void;
  /** Called when too many large messages wait. */
  refuse(): void;
  pause(): void;
  resume(): void;
}

/** Bytes above which a message is large. */
const smallBytes = 64 * 1024;

export const createMessageIntake = (options: MessageIntakeOptions): ((message: Buffer) => void) => {
  const { queue, sender, take, refuse, pause, resume } = options;
  /** Resolves when the previous messages have been handled; undefined while nothing waits. */
  let last: Promise<void> | undefined;

  const inOrder = async (message: Buffer, before: Promise<void> | undefined): Promise<void> => {
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
    const mine = inOrder(message, last).then(() => {
      if (last !== mine) return;
      last = undefined;
      resume();
    });
    last = mine;
  };
};
