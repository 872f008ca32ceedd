/**
 * The current branch of a conversation, as far as it is held, and the turns that are being started on top of it.
 * Invariant: each message appears once, under one key, whatever the order in which responses, changes and streams
 * arrive.
 */
import type { TimelineMessage, Turn, TurnIds } from '@parlance/client';
import { entryOf, mergeEntry, pendingQuestion, pendingReply, type TimelineEntry } from './timeline-entry.ts';
import type { TurnSettings } from './turn-requests.ts';

/** A turn that is being started. */
export interface PendingTurn {
  readonly ids: TurnIds;
  /** The message that it is an alternative to; undefined for a question at the end. */
  readonly insteadOf: string | undefined;
  /** Undefined for another reply to the same question. */
  readonly question: TimelineEntry | undefined;
  readonly reply: TimelineEntry;
}

export const pendingTurn = (
  { idempotencyKey, replyId, settings }: TurnIds & { readonly settings?: Pick<TurnSettings, 'attachmentIds'> },
  content: string | undefined,
  insteadOf: string | undefined,
): PendingTurn => ({
  ids: { idempotencyKey, replyId },
  insteadOf,
  question: content === undefined ? undefined : pendingQuestion(idempotencyKey, content, settings?.attachmentIds),
  reply: pendingReply(replyId),
});

export interface Branch {
  /** Oldest first: what is held, with the pending turns. The same array until something changes. */
  entries(): readonly TimelineEntry[];
  /** What the server is known to have. */
  stored(): readonly TimelineEntry[];
  /** The end of the branch, as it was read. Returns whether what was held before it is still there. */
  takeEnd(messages: readonly TimelineMessage[]): boolean;
  takeOlder(messages: readonly TimelineMessage[]): void;
  /** A turn that was started elsewhere, or one that has ended. Returns false where its place is not held. */
  takeTurn(question: TimelineMessage, reply: TimelineMessage): boolean;
  begin(turn: PendingTurn): void;
  /** The server has it. */
  confirm(ids: TurnIds, turn: Turn): void;
  /** The server refused it. */
  withdraw(ids: TurnIds): void;
  update(messageId: string, change: (entry: TimelineEntry) => TimelineEntry): void;
  /** Forgets what the server has. */
  clear(): void;
}

/** The entries up to a message, without it; undefined where it is not among them. */
const before = (entries: readonly TimelineEntry[], id: string): readonly TimelineEntry[] | undefined => {
  const index = entries.findIndex((entry) => entry.id === id);
  return index === -1 ? undefined : entries.slice(0, index);
};

/** The alternatives to a message, and one more, which may have no id yet. */
const withAlternatives = (entry: TimelineEntry, former: TimelineEntry | undefined): TimelineEntry => {
  const own = entry.id === undefined ? [] : [entry.id];
  return { ...entry, siblingIds: [...(former?.siblingIds ?? []).filter((id) => id !== entry.id), ...own] };
};

/** The entries with the turn in its place, at the end or instead of a message. */
const place = (entries: readonly TimelineEntry[], turn: PendingTurn): readonly TimelineEntry[] => {
  const { insteadOf, question, reply } = turn;
  const kept = insteadOf === undefined ? entries : before(entries, insteadOf);
  if (!kept) return entries;
  return question ? [...kept, question, reply] : [...kept, reply];
};

export const createBranch = (): Branch => {
  let stored: readonly TimelineEntry[] = [];
  let pending: readonly PendingTurn[] = [];
  let shown: readonly TimelineEntry[] | undefined;
  /** Question -> key, of the questions that were shown before they had an id. */
  const keys = new Map<string, string>();

  const set = (next: readonly TimelineEntry[]): void => {
    stored = next;
    shown = undefined;
  };
  /** Entries of messages, on top of what is shown of them. */
  const merge = (messages: readonly TimelineMessage[]): readonly TimelineEntry[] => {
    const held = new Map(stored.map((entry) => [entry.id, entry]));
    for (const turn of pending) {
      held.set(turn.ids.replyId, turn.reply);
      const reply = messages.find(({ id }) => id === turn.ids.replyId);
      if (reply?.parent && turn.question) keys.set(reply.parent.id, turn.ids.idempotencyKey);
    }
    return messages.map((message) => {
      const entry = entryOf(message, keys.get(message.id));
      const former = held.get(message.id);
      return former ? mergeEntry(former, entry) : entry;
    });
  };
  const drop = (ids: TurnIds): void => {
    pending = pending.filter((turn) => turn.ids.replyId !== ids.replyId);
    shown = undefined;
  };

  const branch: Branch = {
    entries() {
      shown ??= pending.reduce(
        (entries, turn) => (stored.some(({ id }) => id === turn.ids.replyId) ? entries : place(entries, turn)),
        stored,
      );
      return shown;
    },
    stored: () => stored,
    takeEnd(messages) {
      const [first] = messages;
      const parent = first?.parent?.id;
      const index = parent === undefined ? -1 : stored.findIndex(({ id }) => id === parent);
      set([...stored.slice(0, index + 1), ...merge(messages)]);
      return index !== -1;
    },
    takeOlder(messages) {
      const held = new Set(stored.map(({ id }) => id));
      set([...merge(messages.filter(({ id }) => !held.has(id))), ...stored]);
    },
    takeTurn(question, reply) {
      const parent = question.parent?.id;
      const kept =
        before(stored, question.id) ??
        (parent === undefined ? [] : stored.slice(0, stored.findIndex(({ id }) => id === parent) + 1));
      if (parent !== undefined && kept.at(-1)?.id !== parent) return false;
      const after = stored.slice(kept.length);
      // A turn in the middle of the branch: what follows it stays.
      const isSame = after[0]?.id === question.id && after[1]?.id === reply.id;
      set([...kept, ...merge([question, reply]), ...(isSame ? after.slice(2) : [])]);
      return true;
    },
    begin({ question, reply, ...turn }) {
      const former = branch.entries().find(({ id }) => id !== undefined && id === turn.insteadOf);
      const begun = question
        ? { ...turn, question: withAlternatives(question, former), reply }
        : { ...turn, question, reply: withAlternatives(reply, former) };
      pending = [...pending.filter(({ ids }) => ids.replyId !== turn.ids.replyId), begun];
      shown = undefined;
    },
    confirm(ids, { userMessage, assistantMessage }) {
      const turn = pending.find((each) => each.ids.replyId === ids.replyId);
      drop(ids);
      if (!turn || stored.some(({ id }) => id === ids.replyId)) return;
      if (turn.question) keys.set(userMessage.id, ids.idempotencyKey);
      const { id, createdAt } = userMessage;
      const reply = { ...turn.reply, createdAt: assistantMessage.createdAt, parentId: id, isPending: false };
      const placed = place(stored, { ...turn, reply });
      const parentId = placed[placed.length - 3]?.id ?? null;
      const stays = { id, createdAt, completedAt: createdAt, parentId, isPending: false };
      set(
        placed.map((entry) =>
          entry === turn.question ? { ...entry, ...stays, siblingIds: [...entry.siblingIds, id] } : entry,
        ),
      );
    },
    withdraw: drop,
    update(messageId, change) {
      if (stored.some(({ id }) => id === messageId)) {
        set(stored.map((entry) => (entry.id === messageId ? change(entry) : entry)));
        return;
      }
      pending = pending.map((turn) => (turn.ids.replyId === messageId ? { ...turn, reply: change(turn.reply) } : turn));
      shown = undefined;
    },
    clear() {
      keys.clear();
      set([]);
    },
  };
  return branch;
};
