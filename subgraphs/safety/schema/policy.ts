/** A tenant's moderation policy, and its mutation for administrators. */

import { setPolicy } from '../policy/set-policy.ts';
import { longestTrial, type TrialResult, tryModeration } from '../policy/try-moderation.ts';
import { readPolicy } from '../verdicts/tenant-policies.ts';
import type { SafetyBuilder } from './builder.ts';
import { addPolicyInputs, type PolicyTypes } from './policy-types.ts';
import type { VerdictTypes } from './verdict.ts';

export const addPolicy = (builder: SafetyBuilder, types: VerdictTypes, policyTypes: PolicyTypes): void => {
  const { policy } = policyTypes;
  const { thresholdInput, input } = addPolicyInputs(builder, types, policyTypes);
  builder.queryField('moderationPolicy', (t) =>
    t.field({
      type: policy,
      authScopes: { role: 'ADMIN' },
      description: 'How messages of your tenant are screened. For administrators.',
      resolve: (_, _args, { database, identity }) => readPolicy(database, identity.tenantId),
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
      shown: t.string({
        nullable: true,
        description: 'What mode WINDOW would show of the text as a reply, by the rules; null for another stage.',
        resolve: ({ shown }) => shown,
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
      resolve: (_, args, context) => setPolicy(context, context.identity, args.input),
    }),
  );
};
