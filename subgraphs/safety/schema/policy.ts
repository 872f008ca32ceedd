/** A tenant's moderation policy, and its mutation for administrators. */

import { type ModerationCategory, moderationCategories } from '#contracts/moderation/categories.ts';
import { setThresholds } from '../policy/set-thresholds.ts';
import { longestTrial, type TrialResult, tryModeration } from '../policy/try-moderation.ts';
import type { CategoryThresholds, Thresholds } from '../screening/categories.ts';
import { screeningVersion } from '../screening/detectors.ts';
import { readThresholds } from '../verdicts/tenant-thresholds.ts';
import type { SafetyBuilder } from './builder.ts';
import type { VerdictTypes } from './verdict.ts';

export const addPolicy = (builder: SafetyBuilder, types: VerdictTypes): void => {
  const threshold = builder
    .objectRef<CategoryThresholds & { readonly category: ModerationCategory }>('CategoryThreshold')
    .implement({
      description: 'The scores from which a category is flagged or blocked.',
      fields: (t) => ({
        category: t.field({ type: types.category, description: 'The category.', resolve: ({ category }) => category }),
        flagAt: t.exposeFloat('flagAt', {
          nullable: true,
          description: 'Least score that is flagged; null for never.',
        }),
        blockAt: t.exposeFloat('blockAt', {
          nullable: true,
          description: 'Least score that is blocked; null for never.',
        }),
      }),
    });
  const policy = builder.objectRef<Thresholds>('ModerationPolicy').implement({
    description: 'How the messages of a tenant are screened.',
    fields: (t) => ({
      thresholds: t.field({
        type: [threshold],
        description: 'One for each category.',
        resolve: (thresholds) => moderationCategories.map((category) => ({ category, ...thresholds[category] })),
      }),
      version: t.string({ description: 'Version of the rules in force.', resolve: () => screeningVersion }),
    }),
  });
  const thresholdInput = builder.inputType('CategoryThresholdInput', {
    description: 'New thresholds of a category.',
    fields: (t) => ({
      category: t.field({ type: types.category, required: true, description: 'The category.' }),
      flagAt: t.float({ description: 'Least score, 0 to 1, that is flagged; null for never.' }),
      blockAt: t.float({
        description: 'Least score, 0 to 1, that is blocked; null for never. PROMPT_INJECTION can only be flagged.',
      }),
    }),
  });
  const input = builder.inputType('ModerationPolicyInput', {
    description: 'A change of the moderation policy.',
    fields: (t) => ({
      thresholds: t.field({
        type: [thresholdInput],
        required: true,
        description: 'Categories to change; the others keep their thresholds.',
      }),
    }),
  });
  builder.queryField('moderationPolicy', (t) =>
    t.field({
      type: policy,
      authScopes: { role: 'ADMIN' },
      description: 'How messages of your tenant are screened. For administrators.',
      resolve: (_, _args, { database, identity }) => readThresholds(database, identity.tenantId),
    }),
  );
  const trial = builder.objectRef<TrialResult>('ModerationTrial').implement({
    description: 'What the screening makes of a text that was only tried.',
    fields: (t) => ({
      action: t.field({
        type: types.action,
        description: 'The action that it would lead to.',
        resolve: (each) => each.action,
      }),
      categories: t.field({
        type: [types.score],
        description: 'Every category with a score above 0, highest score first.',
        resolve: ({ categories }) => categories,
      }),
    }),
  });
  builder.queryField('tryModeration', (t) =>
    t.field({
      type: trial,
      authScopes: { role: 'ADMIN' },
      description:
        'Screens a text without storing anything, under thresholds that are not in force. For administrators.',
      args: {
        content: t.arg.string({ required: true, description: `The text; at most ${longestTrial} characters.` }),
        stage: t.arg({
          type: types.stage,
          required: true,
          defaultValue: 'INPUT',
          description: 'As what it is screened.',
        }),
        thresholds: t.arg({
          type: [thresholdInput],
          required: true,
          defaultValue: [],
          description: 'Thresholds in place of those of your tenant, for the categories that they name.',
        }),
      },
      resolve: (_, args, context) => tryModeration(context, context.identity, args),
    }),
  );
  builder.mutationField('setModerationPolicy', (t) =>
    t.field({
      type: policy,
      authScopes: { role: 'ADMIN' },
      description: 'Changes how messages of your tenant are screened from now on. For administrators.',
      args: { input: t.arg({ type: input, required: true, description: 'The change.' }) },
      resolve: (_, args, context) => setThresholds(context, context.identity, args.input.thresholds),
    }),
  );
};
