/** Changes of models' circuits, as administrators see them: those of the shared circuits and of their own tenant's. */
import type { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import { iterateSignals } from '#kernel/signals/iterate-signals.ts';
import type { ListedModel } from './catalogue.ts';
import type { CatalogueServices } from './change-catalogue.ts';
import { healthChangedSchema, healthChangedTopic } from './model-health.ts';

export type HealthChange = z.infer<typeof healthChangedSchema>;

export const watchHealth = (
  { signals }: Pick<CatalogueServices, 'signals'>,
  { tenantId }: Identity,
): Promise<AsyncIterableIterator<HealthChange>> =>
  iterateSignals(signals, healthChangedTopic, (payload) => {
    const change = healthChangedSchema.safeParse(payload).data;
    const isOfOtherTenant = change?.tenantId !== undefined && change.tenantId !== tenantId;
    return isOfOtherTenant ? undefined : change;
  });

/** The model after the change. The signal may arrive before this process has refreshed its catalogue. */
export const changedModel = async (
  { catalogue }: Pick<CatalogueServices, 'catalogue'>,
  { modelId }: HealthChange,
): Promise<ListedModel> => {
  const model = (await catalogue.refresh()).byId.get(modelId);
  if (!model) throw new Error(`the health of ${modelId} has changed, but the catalogue does not list it`);
  return model;
};
