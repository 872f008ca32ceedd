/** What is being typed in a conversation. Invariant: it is stored with each change, and read again after a reload. */
import { useCallback, useState } from 'react';
import type { Drafts } from './drafts.ts';

export interface Draft {
  readonly text: string;
  setText(text: string): void;
  /** Puts a text that was not sent back, before what has been typed since. */
  putBack(text: string): void;
}

/** Render what uses it with the conversation as its key. */
export const useDraft = (drafts: Drafts, conversationId: string | undefined): Draft => {
  const [text, show] = useState(() => drafts.read(conversationId));
  const setText = useCallback(
    (next: string) => {
      drafts.write(conversationId, next);
      show(next);
    },
    [drafts, conversationId],
  );
  const putBack = useCallback(
    (before: string) => {
      const typed = drafts.read(conversationId);
      setText(typed === '' ? before : `${before}\n\n${typed}`);
    },
    [drafts, conversationId, setText],
  );
  return { text, setText, putBack };
};
