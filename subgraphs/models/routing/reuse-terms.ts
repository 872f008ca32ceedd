/** On which terms replies to messages of a policy are kept and served again. */
import { createHash } from 'node:crypto';
import type { ReuseTerms } from '#contracts/reuse.ts';
import type { RoutingPolicy } from '../entities.ts';

/**
 * Undefined where they are not kept. Its version changes with everything in the policy, and when caches are cleared;
 * the model and its price are in the job.
 */
export const reuseTermsOf = (policy: RoutingPolicy | undefined, cacheEpoch: string): ReuseTerms | undefined => {
  if (policy?.requestCacheSeconds == null) return undefined;
  const { name, updatedAt, requestCacheSeconds: requestSeconds, cacheShare: share } = policy;
  const version = createHash('sha256')
    .update(JSON.stringify([name, updatedAt.getTime(), cacheEpoch]))
    .digest('base64url')
    .slice(0, 22);
  return { version, requestSeconds, share };
};
