/**
 * Keeps what is being sent until the server has it, on this device and for this user. Invariant: where the browser
 * stores nothing, it lives as long as the page.
 */
import type { TurnStorage } from '@parlance/react';
import { readStored, writeStored } from '../../preferences/stored.ts';

export const createTurnStorage = (userId: string): TurnStorage => {
  const unstored = new Map<string, string>();
  const keyOf = (key: string): string => `parlance.unsent.${userId}.${key}`;
  return {
    get: (key) => unstored.get(key) ?? readStored(keyOf(key)),
    set(key, value) {
      if (writeStored(keyOf(key), value)) unstored.delete(key);
      else unstored.set(key, value);
    },
    remove(key) {
      unstored.delete(key);
      writeStored(keyOf(key), undefined);
    },
  };
};
