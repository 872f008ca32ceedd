/** The subscription to changes of models' health, for administrators. */
import { subscriptionTypeOptions } from '#kernel/subgraph-server/builder.ts';
import { changedModel, watchHealth } from '../catalogue/watch-health.ts';
import type { ModelsBuilder } from './builder.ts';
import type { ModelTypes } from './model.ts';

export const addModelHealthChanged = (builder: ModelsBuilder, types: ModelTypes): void => {
  builder.subscriptionType(subscriptionTypeOptions);
  builder.subscriptionField('modelHealthChanged', (t) =>
    t.field({
      type: types.model,
      authScopes: { role: 'ADMIN' },
      description:
        'A model whose circuit opened or closed after a generation, for your tenant or for all. Changes may be missed while a client is disconnected, so refetch models after a reconnect. For administrators.',
      subscribe: (_, _args, context) => watchHealth(context, context.identity),
      resolve: (change, _, context) => changedModel(context, change),
    }),
  );
};
