/** The internal field by which conversations has screened what a user wrote. Not part of the public schema. */
import type { OutputModeration } from '#contracts/moderation/output-moderation.ts';
import type { Screening } from '../verdicts/record-verdict.ts';
import { screenContent } from '../verdicts/screen-content.ts';
import { windowOf } from '../verdicts/tenant-policies.ts';
import type { SafetyBuilder } from './builder.ts';
import type { PolicyTypes } from './policy-types.ts';
import type { VerdictTypes } from './verdict.ts';

export const addScreenContent = (builder: SafetyBuilder, types: VerdictTypes, pii: PolicyTypes['pii']): void => {
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
  const threshold = builder.objectRef<OutputModeration['thresholds'][number]>('OutputWindowThreshold').implement({
    description: 'The scores from which a category is flagged or blocked in replies.',
    inaccessible: true,
    fields: (t) => ({
      category: t.exposeString('category', { description: 'A ModerationCategory.' }),
      flagAt: t.exposeFloat('flagAt', { nullable: true, description: 'Least score that is flagged; null for never.' }),
      blockAt: t.exposeFloat('blockAt', {
        nullable: true,
        description: 'Least score that is blocked; null for never.',
      }),
    }),
  });
  const window = builder.objectRef<OutputModeration>('OutputWindow').implement({
    description: 'How the replies of a tenant are screened before they are shown.',
    inaccessible: true,
    fields: (t) => ({
      holdCharacters: t.exposeInt('holdCharacters', { description: 'Characters that are held back.' }),
      thresholds: t.field({
        type: [threshold],
        description: 'One for each category.',
        resolve: ({ thresholds }) => thresholds,
      }),
      providers: t.stringList({
        description: 'Models that screen beside the rules: ModerationProvider.',
        resolve: ({ providers }) => [...(providers ?? [])],
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
      window: t.field({
        type: window,
        nullable: true,
        description: "How the tenant's replies are screened before they are shown; null: after their end.",
        resolve: (parent) => parent.window,
      }),
      pii: t.field({
        type: pii,
        description: 'What models may read of data about people.',
        resolve: (parent) => parent.pii,
      }),
    }),
  });
  builder.queryField('outputWindow', (t) =>
    t.field({
      type: window,
      nullable: true,
      inaccessible: true,
      authScopes: { service: true },
      description: 'As Screening.window, for a reply to a question that is not screened again. For services only.',
      resolve: async (_, _args, { policies, identity }) => windowOf(await policies.find(identity.tenantId)),
    }),
  );
  builder.queryField('piiPolicy', (t) =>
    t.field({
      type: pii,
      inaccessible: true,
      authScopes: { service: true },
      description: 'As Screening.pii, for a reply to a question that is not screened again. For services only.',
      resolve: async (_, _args, { policies, identity }) => (await policies.find(identity.tenantId)).pii,
    }),
  );
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
