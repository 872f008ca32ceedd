/**
 * What was typed and not sent, for each conversation of a user. Invariant: a draft is stored with each key, so neither
 * a reload nor a crash loses it. The newest drafts stay; beyond the bound the oldest goes.
 */
import { parseJson, readStored, writeStored } from '../../preferences/stored.ts';

export interface Drafts {
  read(conversationId: string | undefined): string;
  write(conversationId: string | undefined, text: string): void;
}

const maxDrafts = 50;

const idsIn = (value: unknown): string[] => (Array.isArray(value) ? value.filter((id) => typeof id === 'string') : []);

export const createDrafts = (userId: string): Drafts => {
  const index = `parlance.drafts.${userId}`;
  const keyOf = (id: string | undefined): string => `parlance.draft.${userId}.${id ?? 'new'}`;
  /** For a browser that stores nothing. */
  const unstored = new Map<string, string>();

  const remember = (id: string, isKept: boolean): void => {
    const others = idsIn(parseJson(readStored(index))).filter((other) => other !== id);
    const ids = isKept ? [...others, id] : others;
    for (const oldest of ids.splice(0, Math.max(0, ids.length - maxDrafts))) writeStored(keyOf(oldest), undefined);
    writeStored(index, JSON.stringify(ids));
  };
  return {
    read: (id) => unstored.get(keyOf(id)) ?? readStored(keyOf(id)) ?? '',
    write(id, text) {
      const key = keyOf(id);
      const isNew = readStored(key) === undefined;
      const isStored = writeStored(key, text === '' ? undefined : text);
      if (isStored) unstored.delete(key);
      else unstored.set(key, text);
      if (isNew || text === '') remember(id ?? 'new', text !== '');
    },
  };
};
