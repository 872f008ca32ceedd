/** Hooks of one conversation's messages: what is shown, what is sent, and a reply by itself. */
import type { CreateConversationInput } from '@parlance/client';
import { useCallback } from 'react';
import { useStores } from './client-context.ts';
import type { ReplyState } from './stores/reply.ts';
import type { Timeline } from './stores/timeline.ts';
import type { TimelineState } from './stores/timeline-core.ts';
import type { TurnOutcome, TurnQueue, TurnQueueState } from './stores/turn-queue.ts';
import type { TurnSettings } from './stores/turn-requests.ts';
import { useStore } from './use-store.ts';

export interface LiveTimeline
  extends TimelineState,
    Pick<Timeline, 'loadOlder' | 'select' | 'stop' | 'decide' | 'refetch'>,
    Pick<TurnQueue, 'edit' | 'regenerate'> {}

/** The current branch of a conversation from its end, with the text of running replies. */
export const useTimeline = (conversationId: string): LiveTimeline => {
  const { timeline, turns } = useStores().open(conversationId);
  const { loadOlder, select, stop, decide, refetch } = timeline;
  const { edit, regenerate } = turns;
  return { ...useStore(timeline), loadOlder, select, stop, decide, refetch, edit, regenerate };
};

export interface Send extends TurnQueueState, Pick<TurnQueue, 'send' | 'retry' | 'dismiss'> {}

/** Sends questions in a conversation, and offers those again that the server does not have. */
export const useSend = (conversationId: string): Send => {
  const { turns } = useStores().open(conversationId);
  const { send, retry, dismiss } = turns;
  return { ...useStore(turns), send, retry, dismiss };
};

export interface StartedConversation {
  readonly conversationId: string;
  /** What becomes of the first question. */
  readonly outcome: Promise<TurnOutcome>;
}

/**
 * Starts a conversation with its first question: shows it in the new timeline at once. Rejects with the ParlanceError
 * of a conversation that cannot be created; the text is still the application's then.
 */
export const useStartConversation = (): ((
  content: string,
  settings?: TurnSettings,
  input?: CreateConversationInput,
) => Promise<StartedConversation>) => {
  const stores = useStores();
  return useCallback(
    async (content, settings, input) => {
      const { id } = await stores.actions.create(input);
      return { conversationId: id, outcome: stores.open(id).turns.send(content, settings) };
    },
    [stores],
  );
};

/** One reply, followed to its end. */
export const useReply = (messageId: string): ReplyState => useStore(useStores().reply(messageId));
