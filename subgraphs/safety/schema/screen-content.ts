/** The internal field by which conversations has a message screened before it is admitted. Not part of the public schema. */
import { validate as isUuid } from 'uuid';
import { AppError } from '#kernel/errors.ts';
import { recordVerdict, type Screening } from '../verdicts/record-verdict.ts';
import type { SafetyBuilder } from './builder.ts';
import type { VerdictTypes } from './verdict.ts';

export const addScreenContent = (builder: SafetyBuilder, types: VerdictTypes): void => {
  const input = builder.inputType('ScreenContentInput', {
    description: 'A message that somebody wants to send.',
    inaccessible: true,
    fields: (t) => ({
      messageId: t.id({ required: true, description: 'UUID that the message will have.' }),
      conversationId: t.id({ required: true, description: 'UUID of its conversation.' }),
      content: t.string({ required: true, description: 'Its text.' }),
    }),
  });
  const screening = builder.objectRef<Screening>('Screening').implement({
    description: 'What to do with the message, and why.',
    inaccessible: true,
    fields: (t) => ({
      action: t.field({ type: types.action, description: 'What to do.', resolve: ({ action }) => action }),
      categories: t.field({
        type: [types.score],
        description: 'Categories that led to the action, highest score first; none when it is ALLOW.',
        resolve: ({ categories }) => categories,
      }),
      version: t.exposeString('version', { description: 'Rules that it was screened by.' }),
    }),
  });
  builder.mutationField('screenContent', (t) =>
    t.field({
      type: screening,
      inaccessible: true,
      authScopes: { service: true },
      description: 'Screens a message before it is admitted, and keeps the verdict. For services only.',
      args: { input: t.arg({ type: input, required: true, description: 'The message.' }) },
      resolve: (_, args, context) => {
        const { messageId, conversationId, content } = args.input;
        for (const [argument, id] of Object.entries({ messageId, conversationId })) {
          if (!isUuid(id)) throw new AppError('BAD_USER_INPUT', `${argument} is not a UUID.`, { argument });
        }
        const { tenantId, userId } = context.identity;
        return recordVerdict(context, { tenantId, userId, conversationId, messageId, stage: 'INPUT', text: content });
      },
    }),
  );
};
