/** Replies of a tenant whose prompts are masked: values reach their readers, and no provider and no log. */
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { textOfEvents } from '#tests/support/client.ts';
import type { Parlance } from '#tests/support/parlance.ts';
import { until } from '#tests/support/until.ts';

const policyShape = z.object({ setModerationPolicy: z.object({ pii: z.string() }) });
const setPolicy = 'mutation ($input: ModerationPolicyInput!) { setModerationPolicy(input: $input) { pii } }';
const titleShape = z.object({ conversation: z.object({ title: z.string().nullable() }) });
const titleQuery = 'query ($id: ID!) { conversation(id: $id) { title } }';
const againShape = z.object({
  regenerateMessage: z.object({ assistantMessage: z.object({ id: z.string() }) }),
});
const regenerate = `mutation ($input: RegenerateMessageInput!) {
  regenerateMessage(input: $input) { assistantMessage { id } } }`;

export interface MaskedPromptsStand {
  readonly parlance: Parlance;
  /** What the processes have logged. */
  readonly logLines: readonly string[];
}

export const maskedPromptsSuite = (stand: () => MaskedPromptsStand): void => {
  test('a reply, another one and the title are asked for with placeholders, and readers see the values', async () => {
    const { parlance, logLines } = stand();
    const [bob, admin] = [await parlance.as('bob'), await parlance.as('bob', { roles: ['USER', 'ADMIN'] })];
    const value = `grace-${uuidv7().slice(-6)}@navy.example`;
    const question = `script: text=${encodeURIComponent('I write to [EMAIL_1].')}\nI am ${value}.`;
    const asked = () => parlance.provider.requests.map(({ body }) => JSON.stringify(body.messages));
    const masked = () => asked().filter((prompt) => prompt.includes('I am [EMAIL_1].'));
    const policy = await admin.query(policyShape, setPolicy, { input: { pii: 'MASK_PROMPTS' } });
    expect(policy.setModerationPolicy.pii).toBe('MASK_PROMPTS');
    try {
      const conversationId = await bob.createConversation();
      const { turn, events } = await bob.converse(conversationId, question);
      expect(textOfEvents(events)).toBe(`I write to ${value}.`);
      await until(
        () => bob.query(titleShape, titleQuery, { id: conversationId }),
        ({ conversation }) => conversation.title !== null,
      );
      const again = await bob.query(againShape, regenerate, {
        input: { messageId: turn.assistantMessage.id, idempotencyKey: uuidv7() },
      });
      const other = await bob.stream(again.regenerateMessage.assistantMessage.id).all();
      expect(textOfEvents(other)).toBe(`I write to ${value}.`);
      expect(masked()).toHaveLength(3);
      expect(asked().filter((prompt) => prompt.includes(value))).toEqual([]);
      expect(logLines.filter((line) => line.includes(value))).toEqual([]);
    } finally {
      await admin.query(policyShape, setPolicy, { input: { pii: 'OFF' } });
    }
  });
};
