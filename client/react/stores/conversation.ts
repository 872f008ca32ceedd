/** One conversation with its settings, live on all devices, and with the changes that are under way. */
import {
  type ConversationChange,
  ConversationDocument,
  type ConversationSettings,
  type ParlanceClient,
  type ParlanceError,
} from '@parlance/client';
import type { ChangeHub, HubNotice } from './change-hub.ts';
import type { Patches } from './conversation-actions.ts';
import { createLoader } from './load.ts';
import { createSubject, type Observable } from './subject.ts';

export interface ConversationState {
  /** `missing`: there is no such conversation, or it was deleted. */
  readonly status: 'loading' | 'ready' | 'missing' | 'failed';
  readonly conversation: ConversationSettings | undefined;
  readonly error: ParlanceError | undefined;
}

export interface LiveConversation extends Observable<ConversationState> {
  readonly isWatched: boolean;
}

interface ConversationOptions {
  readonly client: ParlanceClient;
  readonly hub: ChangeHub;
  readonly patches: Patches;
  readonly id: string;
}

export const createLiveConversation = ({ client, hub, patches, id }: ConversationOptions): LiveConversation => {
  const loader = createLoader();
  let held: ConversationSettings | undefined;
  let version: string | undefined;
  /**
   * Up to which change the settings have been read, or are being read. A change brings the conversation as it is at its
   * delivery, so the time that is held may be that of a change that is yet to come.
   */
  let readAt = '';
  let leave: (() => void) | undefined;

  const show = (change: Partial<ConversationState> = {}): void => {
    const conversation = held && patches.apply(held);
    subject.set({ ...subject.getSnapshot(), ...change, conversation });
  };
  const refetch = (): Promise<void> => {
    const reading = hub.versionOf(id);
    return loader.load({
      read: () => client.query(ConversationDocument, { id }),
      onValue({ conversation }) {
        version = reading;
        held = conversation ?? undefined;
        readAt = held?.updatedAt ?? '';
        show({ status: conversation ? 'ready' : 'missing', error: undefined });
      },
      onFault: (error) =>
        show({ status: held ? 'ready' : error.retryable ? subject.getSnapshot().status : 'failed', error }),
    });
  };
  const takeChange = ({ kind, conversation }: ConversationChange): void => {
    if (!held || !conversation) {
      void refetch();
      return;
    }
    if (conversation.updatedAt >= held.updatedAt) held = { ...held, ...conversation };
    if (!loader.isLoading) version = hub.versionOf(id);
    show({ status: held.deletedAt === null ? 'ready' : 'missing' });
    // A change says neither what the instructions are nor what is summarised, which is of the current branch.
    const isOther =
      kind === 'UPDATED' || kind === 'BRANCH_SELECTED' || (kind === 'MESSAGE_ADDED' && held.summary !== null);
    if (!isOther || conversation.updatedAt <= readAt) return;
    readAt = conversation.updatedAt;
    void refetch();
  };
  const take = (notice: HubNotice): void => {
    if (notice.kind === 'ENDED') show({ error: notice.error });
    else if (notice.kind === 'MISSED') void refetch();
    else if (notice.conversationId === id) takeChange(notice);
  };
  const subject = createSubject<ConversationState>(
    { status: 'loading', conversation: undefined, error: undefined },
    {
      onWatched() {
        const leaveHub = hub.listen(take);
        const leavePatches = patches.listen(() => show());
        leave = () => {
          leaveHub();
          leavePatches();
        };
        if (version !== hub.versionOf(id)) void refetch();
      },
      onUnwatched() {
        leave?.();
        loader.cancel();
      },
    },
  );
  return {
    getSnapshot: subject.getSnapshot,
    subscribe: subject.subscribe,
    get isWatched() {
      return subject.isWatched;
    },
  };
};
