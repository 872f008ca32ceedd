/** Signals that models publishes and that whoever remembers a route listens to. */
import { z } from 'zod';

/** Published, without a payload, after anything changed that routing depends on. */
export const modelsChangedTopic = 'models.changed';

/** Published after a tenant's routing policies or tools changed. */
export const policiesChangedTopic = 'models.policies.changed';
export const policiesChangedSchema = z.object({ tenantId: z.string() });
