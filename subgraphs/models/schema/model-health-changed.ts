/** The subscription by which administrators hear that a model fails or is well again. */
import { z } from 'zod';
import { iterateSignals } from '#kernel/signals/iterate-signals.ts';
import { subscriptionTypeOptions } from '#kernel/subgraph/builder.ts';
import { healthChangedTopic } from '../catalogue/model-health.ts';
import type { ModelsBuilder } from './builder.ts';
import type { ModelTypes } from './model.ts';

const changedSchema = z.object({ modelId: z.string() });

export const addModelHealthChanged = (builder: ModelsBuilder, types: ModelTypes): void => {
  builder.subscriptionType(subscriptionTypeOptions);
  builder.subscriptionField('modelHealthChanged', (t) =>
    t.field({
      type: types.model,
      authScopes: { role: 'ADMIN' },
      description:
        'A model whose circuit a generation opened or closed. Some changes may be missed while a client is away: read models after a reconnect. For administrators.',
      subscribe: (_, _args, { signals }) =>
        iterateSignals(signals, healthChangedTopic, (payload) => changedSchema.safeParse(payload).data),
      resolve: async ({ modelId }, _, { catalogue }) => {
        // The signal may be faster than this process's own refresh.
        const model = (await catalogue.refresh()).byId.get(modelId);
        if (!model) throw new Error(`${modelId} changed its health and is not in the catalogue`);
        return model;
      },
    }),
  );
};
