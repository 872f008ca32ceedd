/**
 * Reads a timeline, and again what changed of it. Invariant: a response never takes away what came after its request
 * was sent; it is then asked for anew.
 */
import {
  type ConversationChange,
  ConversationVersionDocument,
  type ParlanceError,
  SelectBranchDocument,
  TimelineDocument,
  type TimelinePage,
  TurnOfReplyDocument,
} from '@parlance/client';
import type { HubNotice } from './change-hub.ts';
import { createLoader } from './load.ts';
import type { TimelineCore } from './timeline-core.ts';
import { isRunning } from './timeline-entry.ts';

export interface TimelineReader {
  /** Reads the end of the branch, as much of it as is held. */
  refetch(): Promise<void>;
  /** Reads again unless the conversation is as it was when it was read. */
  refresh(): void;
  loadOlder(): Promise<void>;
  select(messageId: string): Promise<void>;
  /** Reads a turn that was started elsewhere, or a reply that has ended. */
  readTurn(messageId: string): Promise<void>;
  take(notice: HubNotice): void;
  /** A turn was started here: what is being read does not have it. */
  noteTurn(): void;
  hasOlder(): boolean;
  /** Ends what is being read. Forgets everything where `forgets`. */
  leave(forgets: boolean): void;
}

/**
 * Messages of a page: more than a screen shows. Of a conversation of 200 messages, 50 come in 120 ms, half as many in
 * hardly less, 100 in 160 ms and all of them in 340 ms.
 */
const pageSize = 50;

interface ReadConversation {
  readonly updatedAt: string;
  readonly messages: TimelinePage;
}

const nodesOf = ({ edges }: TimelinePage) => edges.map(({ node }) => node);
const cursorOf = ({ pageInfo }: TimelinePage): string | null =>
  pageInfo.hasPreviousPage ? pageInfo.startCursor : null;

/** Where in the branch the held messages begin, and how current they are. */
interface Position {
  cursor: string | null;
  /** Of the changes of the conversation. */
  version: string | undefined;
  /**
   * When the conversation was last changed, as of the last reading of the branch. What a change brings does not count:
   * it has the conversation as it is at its delivery, so its time may be that of a change that is yet to come.
   */
  readAt: string;
  /** Counts what a response that is on its way cannot know. */
  revision: number;
}

const createEndReader = (core: TimelineCore, position: Position, onTaken: () => void) => {
  const { client, hub, conversationId, branch, show, state } = core;
  const end = createLoader();

  const fault = (error: ParlanceError): void => {
    const { status } = state();
    show({ status: status === 'loading' && !error.retryable ? 'failed' : status, error, isLoadingOlder: false });
  };
  const take = (conversation: ReadConversation): void => {
    position.readAt = conversation.updatedAt;
    position.revision += 1;
    const joins = branch.takeEnd(nodesOf(conversation.messages));
    if (!joins) position.cursor = cursorOf(conversation.messages);
    show({ status: 'ready', error: undefined });
    onTaken();
  };
  const refetch = (): Promise<void> => {
    const version = hub.versionOf(conversationId);
    const { revision } = position;
    return end.load({
      read: () => client.read(TimelineDocument, { id: conversationId, last: pageSize }),
      onValue({ data: { conversation } }) {
        if (position.revision !== revision) return void refetch();
        position.version = version;
        if (conversation) take(conversation);
        else show({ status: 'missing', error: undefined });
      },
      onFault: fault,
    });
  };
  /** After a pause in the delivery of changes. */
  const catchUp = (): Promise<void> => {
    if (state().status !== 'ready') return refetch();
    const version = hub.versionOf(conversationId);
    return end.load({
      read: () => client.query(ConversationVersionDocument, { id: conversationId }),
      onValue({ conversation }) {
        if (conversation?.updatedAt !== position.readAt) return void refetch();
        position.version = version;
        show({ error: undefined });
        onTaken();
      },
      onFault: fault,
    });
  };
  return { end, fault, take, refetch, catchUp };
};

/** @param onTaken called when messages have been taken, among which there may be running replies. */
export const createTimelineReader = (
  core: TimelineCore,
  onTaken: () => void,
  isFollowed: (messageId: string) => boolean,
): TimelineReader => {
  const { client, hub, conversationId, branch, show, state } = core;
  const position: Position = { cursor: null, version: undefined, readAt: '', revision: 0 };
  const { end, fault, take: takeEnd, refetch, catchUp } = createEndReader(core, position, onTaken);
  const older = createLoader();

  const readTurnOnce = async (messageId: string): Promise<void> => {
    const { revision } = position;
    const isTaken = await client.read(TurnOfReplyDocument, { messageId }).then(
      ({ data: { message } }) =>
        position.revision === revision && !!message?.parent && branch.takeTurn(message.parent, message),
      () => false,
    );
    if (!isTaken) return refetch();
    position.revision += 1;
    show();
    onTaken();
  };
  /** Replies whose turns are being read, and whether one has changed since its read began: then it is read again. */
  const reads = new Map<string, { isOutdated: boolean }>();
  const readTurn = async (messageId: string): Promise<void> => {
    const running = reads.get(messageId);
    if (running) {
      running.isOutdated = true;
      return;
    }
    const read = { isOutdated: true };
    reads.set(messageId, read);
    try {
      while (read.isOutdated) {
        read.isOutdated = false;
        await readTurnOnce(messageId);
      }
    } finally {
      reads.delete(messageId);
    }
  };
  const takeChange = ({ kind, conversation, message }: ConversationChange): void => {
    const isKnown = conversation !== null && conversation.updatedAt <= position.readAt;
    if (!end.isLoading) position.version = hub.versionOf(conversationId);
    if (kind === 'DELETED') show({ status: 'missing' });
    else if (kind === 'RESTORED' || (kind === 'BRANCH_SELECTED' && !isKnown)) void refetch();
    else if (kind === 'MESSAGE_ADDED' && message) {
      if (!branch.entries().some(({ id }) => id === message.id)) void readTurn(message.id);
    } else if (kind === 'MESSAGE_FINISHED' && message) {
      const held = branch.stored().find(({ id }) => id === message.id);
      if (held && isRunning(held) && !isFollowed(message.id)) void readTurn(message.id);
    } else if (kind === 'MESSAGE_MODERATED' && message && branch.entries().some(({ id }) => id === message.id)) {
      void readTurn(message.id);
    }
  };

  return {
    refetch,
    readTurn,
    refresh() {
      if (position.version === hub.versionOf(conversationId)) onTaken();
      else if (position.version === undefined) void refetch();
      else void catchUp();
    },
    hasOlder: () => position.cursor !== null && (branch.stored()[0]?.parentId ?? null) !== null,
    noteTurn() {
      position.revision += 1;
    },
    take(notice) {
      if (notice.kind === 'MISSED') void catchUp();
      else if (notice.kind === 'ENDED') show({ error: notice.error });
      else if (notice.conversationId === conversationId) takeChange(notice);
    },
    async loadOlder() {
      if (older.isLoading || !state().hasOlder) return;
      show({ isLoadingOlder: true });
      const { cursor: before } = position;
      await older.load({
        read: () => client.read(TimelineDocument, { id: conversationId, last: pageSize, before }),
        onValue({ data: { conversation } }) {
          // Where another branch was selected meanwhile, the page belongs to the former one.
          if (conversation && position.cursor === before) {
            position.cursor = cursorOf(conversation.messages);
            branch.takeOlder(nodesOf(conversation.messages));
          }
          show({ isLoadingOlder: false, error: undefined });
        },
        onFault: fault,
      });
    },
    async select(messageId) {
      const { selectBranch } = await client.mutate(SelectBranchDocument, { messageId, last: pageSize });
      end.cancel();
      position.revision += 1;
      takeEnd(selectBranch);
    },
    leave(forgets) {
      end.cancel();
      older.cancel();
      show({ isLoadingOlder: false });
      if (!forgets) return;
      branch.clear();
      Object.assign(position, { cursor: null, version: undefined, readAt: '' });
    },
  };
};
