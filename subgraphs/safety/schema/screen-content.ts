/** The internal field by which conversations has screened what a user wrote. Not part of the public schema. */
import type { Screening } from '../verdicts/record-verdict.ts';
import { screenContent } from '../verdicts/screen-content.ts';
import type { SafetyBuilder } from './builder.ts';
import type { VerdictTypes } from './verdict.ts';

export const addScreenContent = (builder: SafetyBuilder, types: VerdictTypes): void => {
  const input = builder.inputType('ScreenContentInput', {
    description: 'A text that a user wrote.',
    inaccessible: true,
    fields: (t) => ({
      messageId: t.id({
        required: true,
        description: 'UUID that the message will have; for instructions a new one each time they are screened.',
      }),
      conversationId: t.id({ required: true, description: 'UUID of its conversation.' }),
      content: t.string({ required: true, description: 'Its text.' }),
      stage: t.field({
        type: types.stage,
        required: true,
        defaultValue: 'INPUT',
        description: 'INPUT for a message, INSTRUCTIONS for a system prompt.',
      }),
    }),
  });
  const screening = builder.objectRef<Screening>('Screening').implement({
    description: 'What to do with the text, and why.',
    inaccessible: true,
    fields: (t) => ({
      action: t.field({ type: types.action, description: 'What to do.', resolve: ({ action }) => action }),
      categories: t.field({
        type: [types.score],
        description: 'Categories that led to the action, highest score first; empty when it is ALLOW.',
        resolve: ({ categories }) => categories,
      }),
      version: t.exposeString('version', { description: 'Version of the rules that were applied.' }),
    }),
  });
  builder.mutationField('screenContent', (t) =>
    t.field({
      type: screening,
      inaccessible: true,
      authScopes: { service: true },
      description: 'Screens what a user wrote before it is stored, and stores the verdict. For services only.',
      args: { input: t.arg({ type: input, required: true, description: 'The text.' }) },
      resolve: (_, args, context) => screenContent(context, context.identity, args.input),
    }),
  );
};
