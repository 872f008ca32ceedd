/** Looks up API keys in usage by their hashes: a key itself never leaves the gateway. */
import { z } from 'zod';
import type { SubgraphClient } from '#kernel/connections/subgraph-client.ts';
import { AppError } from '#kernel/errors.ts';
import { roles } from '#kernel/identity.ts';
import { nobody } from './authenticator.ts';

export interface AskedApiKey {
  readonly hash: string;
  /** Whether somebody uses it, which usage records. */
  readonly isUsed: boolean;
}

const instant = z.iso.datetime().transform(Date.parse).nullable();
const foundSchema = z.object({
  id: z.string(),
  tenantId: z.string(),
  userId: z.string(),
  roles: z.array(z.enum(roles)),
  scopes: z.array(z.string()),
  /** Milliseconds since the epoch; null for never. */
  expiresAt: instant,
  revokedAt: instant,
});
export type FoundApiKey = z.infer<typeof foundSchema>;

/**
 * Results in the order of the request; null for a key that was never issued. Rejects with OVERLOADED, to be retried,
 * while usage does not respond.
 */
export type LookUpApiKeys = (asked: readonly AskedApiKey[]) => Promise<readonly (FoundApiKey | null)[]>;

/** Deadline of the request in milliseconds. */
const deadlineMs = 3000;

const query = `mutation FindApiKeys($keys: [AskedApiKeyInput!]!) {
  findApiKeys(keys: $keys) { id tenantId userId roles scopes expiresAt revokedAt }
}`;

export const createApiKeyLookUp =
  (usage: SubgraphClient): LookUpApiKeys =>
  async (keys) => {
    const data = z.object({ findApiKeys: z.array(foundSchema.nullable()).length(keys.length) });
    try {
      return (await usage.call({ identity: nobody, query, variables: { keys }, data, deadlineMs })).findApiKeys;
    } catch (cause) {
      throw new AppError('OVERLOADED', 'API keys cannot be checked at the moment. Try again shortly.', {
        cause,
        retryAfterMs: 1000,
      });
    }
  };
