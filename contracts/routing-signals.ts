/** Signals that models publishes, for services that remember routes. */
import { z } from 'zod';

/** Published, without a payload, after a change that affects routing. */
export const modelsChangedTopic = 'models.changed';

/** Published after a tenant's routing policies or tools changed. */
export const policiesChangedTopic = 'models.policies.changed';
export const policiesChangedSchema = z.object({ tenantId: z.string() });
