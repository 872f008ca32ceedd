/** Whether a rule of a policy asks for a model. */
import type { ListedModel } from '../catalogue/catalogue.ts';
import type { PolicyRule } from '../entities.ts';

export const isInRule = (model: ListedModel, { pool, modelIds }: PolicyRule): boolean =>
  pool === null ? modelIds.includes(model.id) : pool === model.pool;
