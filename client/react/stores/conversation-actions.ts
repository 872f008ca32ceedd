/**
 * Changes conversations, and shows each change before the server has it. Invariant: what is shown is what the server
 * said last, with the changes that are under way on top, in their order; a change that is refused is shown no more.
 */
import {
  type ConversationItem,
  type ConversationSettings,
  CreateConversationDocument,
  type CreateConversationInput,
  DeleteConversationDocument,
  MarkConversationReadDocument,
  type ParlanceClient,
  RestoreConversationDocument,
  UpdateConversationDocument,
  type UpdateConversationInput,
} from '@parlance/client';
import type { ChangeHub } from './change-hub.ts';

export interface ConversationActions {
  /** Returns the conversation as the server made it. */
  create(input?: CreateConversationInput): Promise<ConversationSettings>;
  /** Any settings. All of these reject with the ParlanceError of a refusal, after which the former state shows. */
  update(id: string, input: UpdateConversationInput): Promise<void>;
  rename(id: string, title: string): Promise<void>;
  setPinned(id: string, pinned: boolean): Promise<void>;
  setArchived(id: string, archived: boolean): Promise<void>;
  /** On all devices. Call it when the end of a reply has been shown. */
  markRead(id: string): Promise<void>;
  /** Softly: `restore` undoes it. */
  remove(id: string): Promise<void>;
  restore(id: string): Promise<void>;
}

/** What changes under way make of a conversation. */
export interface Patches {
  /** The same object where nothing is under way. */
  apply<Item extends ConversationItem>(item: Item): Item;
  /** Called when a change begins or ends. Returns a function that leaves. */
  listen(listener: () => void): () => void;
}

type Patch = Partial<
  Pick<
    ConversationSettings,
    'title' | 'pinned' | 'archived' | 'unread' | 'modelPolicy' | 'budgetUsd' | 'collectionIds' | 'deletedAt'
  >
>;

/** The part of an input that can be shown: an absent field stays, and null stays where a setting must have a value. */
const patchOf = (input: UpdateConversationInput): Patch => {
  const { title, modelPolicy, budgetUsd, collectionIds, pinned, archived } = input;
  return {
    ...(title === undefined ? {} : { title }),
    ...(modelPolicy === undefined ? {} : { modelPolicy }),
    ...(budgetUsd === undefined ? {} : { budgetUsd }),
    ...(collectionIds === undefined ? {} : { collectionIds: collectionIds ?? [] }),
    ...(typeof pinned === 'boolean' ? { pinned } : {}),
    ...(typeof archived === 'boolean' ? { archived } : {}),
  };
};

const createPatches = () => {
  const underWay = new Map<string, readonly Patch[]>();
  const listeners = new Set<() => void>();
  const notify = (): void => {
    for (const listener of [...listeners]) listener();
  };
  return {
    apply: <Item extends ConversationItem>(item: Item): Item => {
      const patches = underWay.get(item.id);
      return patches ? Object.assign({}, item, ...patches) : item;
    },
    listen: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    add(id: string, patch: Patch): void {
      underWay.set(id, [...(underWay.get(id) ?? []), patch]);
      notify();
    },
    drop(id: string, patch: Patch): void {
      const left = (underWay.get(id) ?? []).filter((each) => each !== patch);
      if (left.length > 0) underWay.set(id, left);
      else underWay.delete(id);
      notify();
    },
  };
};

export const createConversationActions = (
  client: ParlanceClient,
  hub: ChangeHub,
): { readonly actions: ConversationActions; readonly patches: Patches } => {
  const patches = createPatches();
  /** Changes of one conversation go one after another, so that the last one wins at the server too. */
  const queues = new Map<string, Promise<unknown>>();

  const inOrder = async <Value>(id: string, task: () => Promise<Value>): Promise<Value> => {
    const turn = (queues.get(id) ?? Promise.resolve()).then(task, task);
    queues.set(id, turn);
    try {
      return await turn;
    } finally {
      if (queues.get(id) === turn) queues.delete(id);
    }
  };
  const change = async (id: string, patch: Patch, task: () => Promise<ConversationItem>): Promise<void> => {
    patches.add(id, patch);
    try {
      const conversation = await inOrder(id, task);
      const kind = patch.deletedAt ? 'DELETED' : patch.deletedAt === null ? 'RESTORED' : 'UPDATED';
      hub.publish({ kind, conversationId: id, conversation, message: null });
    } finally {
      patches.drop(id, patch);
    }
  };
  const update = (id: string, input: UpdateConversationInput): Promise<void> =>
    change(
      id,
      patchOf(input),
      async () => (await client.mutate(UpdateConversationDocument, { id, input })).updateConversation,
    );

  const actions: ConversationActions = {
    async create(input = {}) {
      const { createConversation: conversation } = await client.mutate(CreateConversationDocument, { input });
      hub.publish({ kind: 'CREATED', conversationId: conversation.id, conversation, message: null });
      return conversation;
    },
    update,
    rename: (id, title) => update(id, { title }),
    setPinned: (id, pinned) => update(id, { pinned }),
    setArchived: (id, archived) => update(id, { archived }),
    markRead: (id) =>
      change(
        id,
        { unread: false },
        async () => (await client.mutate(MarkConversationReadDocument, { id })).markConversationRead,
      ),
    remove: (id) =>
      change(
        id,
        { deletedAt: new Date().toISOString() },
        async () => (await client.mutate(DeleteConversationDocument, { id })).deleteConversation,
      ),
    restore: (id) =>
      change(
        id,
        { deletedAt: null },
        async () => (await client.mutate(RestoreConversationDocument, { id })).restoreConversation,
      ),
  };
  return { actions, patches };
};
