/** The subscription to changes of the models. */
import { listModels } from '../catalogue/catalogue.ts';
import { watchModels } from '../catalogue/watch-models.ts';
import type { ModelsBuilder } from './builder.ts';
import type { ModelTypes } from './model.ts';

export const addModelsChanged = (builder: ModelsBuilder, types: ModelTypes): void => {
  builder.subscriptionField('modelsChanged', (t) =>
    t.field({
      type: [types.model],
      description:
        'All models as they are now, in the order of `models`, whenever a worker has come or left, a model, price or circuit has changed, or replies have changed the figures of their health. Changes within a second are one event. A worker that falls silent and figures that grow old cause none. Changes may be missed while a client is disconnected, so refetch `models` after a reconnect.',
      subscribe: (_, _args, context) => watchModels(context),
      resolve: async (_change, _, { catalogue, prices }) => {
        // The context lives as long as the subscription, and its loader remembers what it has read.
        prices.clearAll();
        // A signal may arrive before this process has refreshed its catalogue.
        return listModels(await catalogue.refresh(), { onlyUsable: false });
      },
    }),
  );
};
