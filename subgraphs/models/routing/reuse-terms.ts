/** On which terms replies to messages of a policy are kept and served again. */
import { createHash } from 'node:crypto';
import type { ReuseTerms } from '#contracts/reuse.ts';
import type { RoutingPolicy } from '../entities.ts';

/**
 * Undefined where nothing is served again. Its version changes with everything in the policy, and when caches are
 * cleared; the model and its price are in the job.
 */
export const reuseTermsOf = (policy: RoutingPolicy | undefined, cacheEpoch: string): ReuseTerms | undefined => {
  if (policy === undefined) return undefined;
  const { name, updatedAt, requestCacheSeconds, similarCacheSeconds, usesCuratedReplies: usesCurated } = policy;
  if (requestCacheSeconds == null && similarCacheSeconds == null && !usesCurated) return undefined;
  const version = createHash('sha256')
    .update(JSON.stringify([name, updatedAt.getTime(), cacheEpoch]))
    .digest('base64url')
    .slice(0, 22);
  const requestSeconds = requestCacheSeconds ?? undefined;
  const similarSeconds = similarCacheSeconds ?? undefined;
  return { version, requestSeconds, similarSeconds, usesCurated, share: policy.cacheShare };
};
