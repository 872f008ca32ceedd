/** What screening found, and Message.moderation, by which it is seen beside the message. */
import type { Verdict } from '../entities.ts';
import {
  type CategoryScore,
  moderationActions,
  moderationCategories,
  moderationStages,
} from '../screening/categories.ts';
import type { SafetyBuilder } from './builder.ts';

export const addVerdict = (builder: SafetyBuilder) => {
  const category = builder.enumType('ModerationCategory', {
    description: 'What text is screened for. CHAT_TEMPLATE: markers by which a prompt pretends to be several turns.',
    values: moderationCategories,
  });
  const action = builder.enumType('ModerationAction', {
    description:
      'ALLOW: nothing. FLAG: a case is opened for an administrator. BLOCK: the message is refused as well, unless a model has written it already.',
    values: moderationActions,
  });
  const stage = builder.enumType('ModerationStage', {
    description: 'INPUT: what a person wrote. OUTPUT: what a model wrote.',
    values: moderationStages,
  });
  const score = builder.objectRef<CategoryScore>('CategoryScore').implement({
    description: 'How sure the screening is that a text belongs to a category.',
    fields: (t) => ({
      category: t.field({ type: category, description: 'The category.', resolve: (parent) => parent.category }),
      score: t.exposeFloat('score', { description: '0 to 1.' }),
    }),
  });
  const verdict = builder.objectRef<Verdict>('ModerationVerdict').implement({
    description: 'What the screening of a message found.',
    fields: (t) => ({
      stage: t.field({ type: stage, description: 'Whose text it was.', resolve: (parent) => parent.stage }),
      action: t.field({ type: action, description: 'What was done.', resolve: (parent) => parent.action }),
      categories: t.field({
        type: [score],
        description: 'Categories that the text has anything of, highest score first.',
        resolve: (parent) => parent.categories,
      }),
      version: t.exposeString('version', { description: 'Rules that it was screened by.' }),
      createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was screened.' }),
    }),
  });
  const message = builder.objectRef<{ id: string }>('Message').implement({
    description: 'A message of a conversation.',
    fields: (t) => ({
      id: t.exposeID('id', { description: 'UUID.' }),
      moderation: t.field({
        type: verdict,
        nullable: true,
        description: 'What the screening found; null while the message is not screened.',
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
