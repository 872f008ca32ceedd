/** Finds API keys by their hashes, in one statement: the gateway has a key and needs to know whose it is. */
import { z } from 'zod';
import { roles } from '#contracts/identity.ts';
import { callFunction } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';

export interface ApiKeyLookup {
  /** SHA-256 of the key, hexadecimal. */
  readonly hash: string;
  /** Whether the key is being used, which is then noted; false when the gateway only checks whether it is valid. */
  readonly isUsed: boolean;
}

const rowSchema = z.object({
  secret_hash: z.string(),
  tenant_id: z.string(),
  id: z.string(),
  user_id: z.string(),
  roles: z.array(z.enum(roles)),
  scopes: z.array(z.string()),
  // PostgreSQL returns text, and PGlite a Date.
  expires_at: z.coerce.date().nullable(),
  revoked_at: z.coerce.date().nullable(),
});
export type FoundApiKey = z.infer<typeof rowSchema>;

/** In the order of the lookups; null for a key that was never created. */
export const findApiKeys = async (
  database: Database,
  lookups: readonly ApiKeyLookup[],
): Promise<(FoundApiKey | null)[]> => {
  const parameters = { a_keys: JSON.stringify(lookups) };
  const rows = await callFunction(database, { name: 'usage.find_api_keys', parameters });
  const found = new Map(
    z
      .array(rowSchema)
      .parse(rows)
      .map((row) => [row.secret_hash, row]),
  );
  return lookups.map(({ hash }) => found.get(hash) ?? null);
};
