/**
 * How far the replies of the open conversation were read to a screen reader. Invariant: what was there when the
 * conversation was opened is no news; what comes while it is open is read once and from its beginning, whether it was
 * seen being written or not. A reload of the page does not close the conversation: this tab keeps the newest reply and
 * how far it was read, and no text. Times are compared only among those of the server.
 */
import type { TimelineEntry } from '@parlance/react';
import { createContext } from 'react';
import { parseJson } from '../../preferences/stored.ts';

type Reply = Pick<TimelineEntry, 'id' | 'content' | 'createdAt'>;

export interface ReadOut {
  /** Where reading begins in a reply that is shown for the first time. */
  beginningOf(reply: Reply): number;
  /** It was read up to there. */
  noteRead(reply: Reply, end: number): void;
  /** Until it is closed, the conversation is open, across reloads. */
  open(): void;
  close(): void;
}

interface Newest {
  readonly id: string;
  readonly createdAt: number;
  readonly end: number;
}

const key = 'parlance.read-out';

const parse = (given: unknown, conversationId: string): Newest | undefined => {
  if (typeof given !== 'object' || given === null) return undefined;
  const { conversation, id, createdAt, end }: Readonly<Record<string, unknown>> = { ...given };
  if (conversation !== conversationId || typeof id !== 'string') return undefined;
  return typeof createdAt === 'number' && typeof end === 'number' ? { id, createdAt, end } : undefined;
};

const readKept = (conversationId: string): Newest | undefined => {
  try {
    return parse(parseJson(sessionStorage.getItem(key) ?? undefined), conversationId);
  } catch {
    return undefined;
  }
};

const keep = (conversationId: string, newest: Newest | undefined): void => {
  try {
    if (newest) sessionStorage.setItem(key, JSON.stringify({ conversation: conversationId, ...newest }));
    else sessionStorage.removeItem(key);
  } catch {
    // A browser that keeps nothing reads less after a reload.
  }
};

/** @param shown the messages with which the conversation is opened */
export const createReadOut = (conversationId: string, shown: readonly TimelineEntry[]): ReadOut => {
  const none: Newest = { id: '', createdAt: Number.NEGATIVE_INFINITY, end: 0 };
  const seen = shown
    .filter(({ role, isPending }) => role === 'ASSISTANT' && !isPending)
    .map(({ id = '', createdAt, content }) => ({ id, createdAt: Date.parse(createdAt), end: content.length }));
  let newest =
    readKept(conversationId) ?? seen.toSorted((one, other) => one.createdAt - other.createdAt).at(-1) ?? none;
  /** Of replies that came since. */
  const read = new Map<string, number>();
  let isOpen = false;
  return {
    beginningOf({ id = '', content, createdAt }) {
      const end = id === newest.id ? newest.end : read.get(id);
      if (end !== undefined) return Math.min(end, content.length);
      return Date.parse(createdAt) > newest.createdAt ? 0 : content.length;
    },
    noteRead({ id = '', createdAt }, end) {
      read.set(id, end);
      if (Date.parse(createdAt) < newest.createdAt) return;
      newest = { id, createdAt: Date.parse(createdAt), end };
      if (isOpen) keep(conversationId, newest);
    },
    open() {
      isOpen = true;
      if (newest !== none) keep(conversationId, newest);
    },
    close() {
      isOpen = false;
      keep(conversationId, undefined);
    },
  };
};

export const ReadOutContext = createContext<ReadOut | undefined>(undefined);
