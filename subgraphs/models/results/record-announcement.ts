/**
 * Stores which worker serves which models, from `worker.announced`. A model that the catalogue does not list is added
 * with the terms of its provider. Idempotent: the same announcement changes nothing more.
 */

import { announcementTtlMs, type WorkerAnnounced } from '#contracts/broker-events.ts';
import type { ModelsFile } from '#kernel/catalogue/models-file.ts';
import { findCatalogueModel } from '#kernel/catalogue/models-file.ts';
import type { Database } from '#kernel/database/database.ts';
import type { Logger } from '#kernel/log.ts';
import { positionOfOthers, writeFileModels } from '../catalogue/seed-catalogue.ts';
import { InstanceEntity, ModelEntity } from '../entities.ts';

/** @returns whether routing changes: whether the worker's models differ from those it was known to serve */
export const recordAnnouncement = (
  options: { readonly database: Database; readonly modelsFile: ModelsFile; readonly logger: Logger },
  announced: WorkerAnnounced,
): Promise<boolean> =>
  options.database.asSystem(async (em) => {
    const { workerId } = announced;
    const wanted = [...new Set(announced.models.map(({ modelId }) => modelId))];
    const listed = new Set((await em.find(ModelEntity, { id: { $in: wanted } })).map(({ id }) => id));
    const found = wanted.flatMap((modelId) => {
      if (listed.has(modelId)) return [];
      const model = findCatalogueModel(options.modelsFile, modelId);
      if (!model)
        options.logger.warn({ modelId, workerId }, 'worker serves a model that the models file does not allow');
      return model ? [{ model, position: positionOfOthers }] : [];
    });
    if (found.length > 0) await writeFileModels(em, found, 'DISCOVERED');
    for (const { model } of found) listed.add(model.id);

    const serves = wanted.filter((modelId) => listed.has(modelId));
    const now = new Date();
    const expired = new Date(now.getTime() - announcementTtlMs);
    const before = await em.find(InstanceEntity, { workerId, seenAt: { $gt: expired } });
    await em.nativeDelete(InstanceEntity, {
      $or: [
        { workerId, modelId: { $nin: serves } },
        { seenAt: { $lte: expired }, workerId: { $ne: workerId } },
      ],
    });
    if (serves.length > 0) {
      await em.upsertMany(
        InstanceEntity,
        serves.map((modelId) => ({ workerId, modelId, seenAt: now })),
      );
    }
    const served = new Set(before.map(({ modelId }) => modelId));
    return served.size !== serves.length || serves.some((modelId) => !served.has(modelId));
  });
