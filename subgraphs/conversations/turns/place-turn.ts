/** Where a turn's new messages go in the tree: under a message, in its run when it is the run's last, else in a new run. */
import type { EntityManager } from '@mikro-orm/sql';
import { v7 as uuidv7 } from 'uuid';
import { type Message, MessageEntity } from '../entities.ts';

export interface Place {
  readonly id: string;
  readonly parentId: string | null;
  readonly branchId: string;
  readonly depth: number;
  readonly pathLength: number;
}

type Above = Pick<Message, 'id' | 'branchId' | 'depth' | 'pathLength'> | undefined;

/** @param continues whether the new message goes on in the run of the one above. */
const placeUnder = (above: Above, id: string, length: number, continues: boolean): Place => ({
  id,
  parentId: above?.id ?? null,
  branchId: above && continues ? above.branchId : id,
  depth: (above?.depth ?? 0) + 1,
  pathLength: (above?.pathLength ?? 0) + length,
});

/**
 * Places one message or two under `above` (undefined: at the root). The caller holds the conversation's row lock, so
 * nobody else takes the place.
 */
export const placeTurn = async (
  em: EntityManager,
  above: Message | undefined,
  ids: { readonly userMessageId: string | undefined; readonly assistantMessageId: string },
  content: string,
): Promise<{ readonly user: Place | undefined; readonly assistant: Place }> => {
  const taken = above && (await em.count(MessageEntity, { branchId: above.branchId, depth: above.depth + 1 })) > 0;
  const continues = above !== undefined && !taken;
  if (ids.userMessageId === undefined) {
    return { user: undefined, assistant: placeUnder(above, ids.assistantMessageId, 0, continues) };
  }
  const user = placeUnder(above, ids.userMessageId, content.length, continues);
  return { user, assistant: placeUnder(user, ids.assistantMessageId, 0, true) };
};

/** Ids of a turn are time-ordered, so that rows of one time lie together. */
export const newMessageId = (): string => uuidv7();
