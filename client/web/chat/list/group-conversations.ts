/** The list by age: pinned ones first, then by the day of their last change. */
import type { ConversationItem } from '@parlance/client';

const order = ['list.pinned', 'list.today', 'list.yesterday', 'list.week', 'list.older'] as const;

export interface ConversationGroup {
  /** Name of its title among the translations. */
  readonly title: (typeof order)[number];
  readonly conversations: readonly ConversationItem[];
}

const dayMs = 86_400_000;

const groupOf = ({ pinned, updatedAt }: ConversationItem, midnight: number): (typeof order)[number] => {
  const moment = Date.parse(updatedAt);
  if (pinned) return 'list.pinned';
  if (moment >= midnight) return 'list.today';
  if (moment >= midnight - dayMs) return 'list.yesterday';
  return moment >= midnight - 7 * dayMs ? 'list.week' : 'list.older';
};

/** @param now decides which day it is where the reader is */
export const groupConversations = (conversations: readonly ConversationItem[], now: Date): ConversationGroup[] => {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
  return order.flatMap((title) => {
    const found = conversations.filter((conversation) => groupOf(conversation, midnight) === title);
    return found.length > 0 ? [{ title, conversations: found }] : [];
  });
};
