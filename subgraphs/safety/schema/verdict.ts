/** What screening found, and Message.moderation, by which it is seen beside the message. */
import type { Verdict } from '../entities.ts';
import type { CategoryScore, ModerationAction, ModerationCategory, ModerationStage } from '../screening/categories.ts';
import type { SafetyBuilder } from './builder.ts';

export const addVerdict = (builder: SafetyBuilder) => {
  const category = builder.enumType('ModerationCategory', {
    description: 'What text is screened for.',
    values: {
      PROFANITY: { description: 'Swear words.' },
      HATE: { description: 'Slurs, and hatred of a group of people.' },
      THREAT: { description: 'Threats of violence, and questions how to attack a place.' },
      SELF_HARM: { description: 'The wish to harm oneself, and calls on others to do so.' },
      CHAT_TEMPLATE: { description: 'Markers by which a prompt pretends to be several turns.' },
      PROMPT_INJECTION: {
        description: "Attempts to override the model's instructions. Looked for in INPUT; flagged, never blocked.",
      },
    } satisfies Record<ModerationCategory, object>,
  });
  const action = builder.enumType('ModerationAction', {
    description: 'What a verdict leads to.',
    values: {
      ALLOW: { description: 'Nothing.' },
      FLAG: { description: 'A case is opened for an administrator.' },
      BLOCK: {
        description: 'A case is opened, and the message is refused with CONTENT_BLOCKED unless a model has written it.',
      },
    } satisfies Record<ModerationAction, object>,
  });
  const stage = builder.enumType('ModerationStage', {
    description: 'Whose text was screened.',
    values: {
      INPUT: { description: 'What a person wrote, before it is admitted.' },
      OUTPUT: { description: 'What a model wrote, once it has ended.' },
    } satisfies Record<ModerationStage, object>,
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
    fields: (t) => ({
      id: t.exposeID('id'),
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
