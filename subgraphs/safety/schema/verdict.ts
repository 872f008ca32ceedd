/** The verdict of a screening, and Message.moderation, which shows it with the message. */

import type { CategoryScore, ModerationAction, ModerationStage } from '#contracts/moderation/thresholds.ts';
import { listSize } from '#kernel/subgraph-server/list-sizes.ts';
import { moderationCategoryOptions } from '#kernel/subgraph-server/moderation-category.ts';
import type { Verdict } from '../entities.ts';
import type { SafetyBuilder } from './builder.ts';

export const addVerdict = (builder: SafetyBuilder) => {
  const category = builder.enumType('ModerationCategory', moderationCategoryOptions);
  const action = builder.enumType('ModerationAction', {
    description: 'The action that a verdict leads to.',
    values: {
      ALLOW: { description: 'Nothing.' },
      FLAG: { description: 'A case is opened for an administrator.' },
      BLOCK: {
        description:
          'A case is opened. A message or instructions are refused with CONTENT_BLOCKED; so is the rest of a reply that is screened before it is shown.',
      },
    } satisfies Record<ModerationAction, object>,
  });
  const stage = builder.enumType('ModerationStage', {
    description: 'The kind of text that was screened.',
    values: {
      INPUT: { description: 'A message of a user, before it is admitted.' },
      OUTPUT: { description: 'A reply: after its end, or before it is shown, as the policy says.' },
      INSTRUCTIONS: { description: 'The system prompt of a conversation, before it is stored.' },
    } satisfies Record<ModerationStage, object>,
  });
  const score = builder.objectRef<CategoryScore>('CategoryScore').implement({
    description: 'The confidence that a text belongs to a category.',
    fields: (t) => ({
      category: t.field({ type: category, description: 'The category.', resolve: (parent) => parent.category }),
      score: t.exposeFloat('score', { description: '0 to 1.' }),
    }),
  });
  const verdict = builder.objectRef<Verdict>('ModerationVerdict').implement({
    description: 'The result of the screening of a message.',
    fields: (t) => ({
      stage: t.field({ type: stage, description: 'The kind of text.', resolve: (parent) => parent.stage }),
      action: t.field({ type: action, description: 'The action.', resolve: (parent) => parent.action }),
      categories: t.field({
        type: [score],
        directives: listSize(3),
        description: 'Every category with a score above 0, highest score first.',
        resolve: (parent) => parent.categories,
      }),
      version: t.exposeString('version', { description: 'Version of the rules that were applied.' }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was screened.' }),
    }),
  });
  const message = builder.objectRef<{ id: string }>('Message').implement({
    fields: (t) => ({
      id: t.exposeID('id'),
      moderation: t.field({
        type: verdict,
        nullable: true,
        description: 'The result of the screening; null before the message is screened.',
        resolve: async ({ id }, _, { verdicts }) => (await verdicts.load(id)).at(-1),
      }),
    }),
  });
  builder.asEntity(message, {
    key: builder.selection<{ id: string }>('id'),
    resolveReference: ({ id }) => ({ id }),
  });
  return { category, action, stage, score, verdict, message };
};
export type VerdictTypes = ReturnType<typeof addVerdict>;
