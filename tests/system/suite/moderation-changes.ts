/** A verdict that comes after the end of a reply reaches everybody who follows the conversation. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Parlance } from '#tests/support/parlance.ts';

const change = z.object({ kind: z.string(), message: z.object({ id: z.string() }).nullable() });
const ofAll = 'subscription { conversationsChanged { kind message { id } } }';
const ofOne = 'subscription ($id: ID!) { conversationChanged(conversationId: $id) { kind message { id } } }';
const moderation = 'query ($id: ID!) { message(id: $id) { moderation { stage action } } }';
const moderationShape = z.object({
  message: z.object({ moderation: z.object({ stage: z.string(), action: z.string() }) }),
});

export const moderationChangeSuite = (parlance: () => Parlance): void => {
  test('whoever follows a conversation, or all of them, is notified of a reply that the moderation marks', async () => {
    const ada = await parlance().as('ada');
    const id = await ada.createConversation({ title: 'rude' });
    const all = ada.follow(z.object({ conversationsChanged: change }), ofAll);
    const one = ada.follow(z.object({ conversationChanged: change }), ofOne, { id });
    // Until a change arrives, a subscription may not be in force.
    let isOpen = false;
    void Promise.all([all.next(), one.next()]).then(() => {
      isOpen = true;
    });
    while (!isOpen) await ada.converse(id, 'script: tokens=2');

    const replyId = uuidv7();
    const isMarked = ({ kind, message }: z.infer<typeof change>): boolean =>
      kind === 'MESSAGE_MODERATED' && message?.id === replyId;
    // In the prompt, because a late request of another test would take what is queued.
    await ada.converse(id, `script: text=${encodeURIComponent('I will kill you tomorrow.')}`, {
      ...{ replyId, onBusy: 'ENQUEUE' },
    });
    for await (const { conversationsChanged } of all) if (isMarked(conversationsChanged)) break;
    for await (const { conversationChanged } of one) if (isMarked(conversationChanged)) break;
    const { message } = await ada.query(moderationShape, moderation, { id: replyId });
    expect(message.moderation).toEqual({ stage: 'OUTPUT', action: 'BLOCK' });
  });
};
