/** The subscription by which administrators hear that a model fails or is well again. */
import { iterateSignals } from '#kernel/signals/iterate-signals.ts';
import { subscriptionTypeOptions } from '#kernel/subgraph-server/builder.ts';
import { healthChangedSchema, healthChangedTopic } from '../catalogue/model-health.ts';
import type { ModelsBuilder } from './builder.ts';
import type { ModelTypes } from './model.ts';

export const addModelHealthChanged = (builder: ModelsBuilder, types: ModelTypes): void => {
  builder.subscriptionType(subscriptionTypeOptions);
  builder.subscriptionField('modelHealthChanged', (t) =>
    t.field({
      type: types.model,
      authScopes: { role: 'ADMIN' },
      description:
        'A model whose circuit a generation opened or closed, for your tenant or for all. Some changes may be missed while a client is away: read models after a reconnect. For administrators.',
      subscribe: (_, _args, { signals, identity }) =>
        iterateSignals(signals, healthChangedTopic, (payload) => {
          const changed = healthChangedSchema.safeParse(payload).data;
          const isOthers = changed?.tenantId !== undefined && changed.tenantId !== identity.tenantId;
          return isOthers ? undefined : changed;
        }),
      resolve: async ({ modelId }, _, { catalogue }) => {
        // The signal may be faster than this process's own refresh.
        const model = (await catalogue.refresh()).byId.get(modelId);
        if (!model) throw new Error(`${modelId} changed its health and is not in the catalogue`);
        return model;
      },
    }),
  );
};
