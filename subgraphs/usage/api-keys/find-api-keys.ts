/** API keys by their hashes, for the gateway: it has a key and wants to know whom it stands for. One statement. */
import { z } from 'zod';
import { callFunction } from '#kernel/database/call-function.ts';
import type { Database } from '#kernel/database/database.ts';
import { roles } from '#kernel/identity.ts';

export interface AskedApiKey {
  /** SHA-256 of the key, hexadecimal. */
  readonly hash: string;
  /** Whether somebody uses it: notes when. False: somebody looks whether it still holds. */
  readonly isUsed: boolean;
}

const rowSchema = z.object({
  secret_hash: z.string(),
  tenant_id: z.string(),
  id: z.string(),
  user_id: z.string(),
  roles: z.array(z.enum(roles)),
  scopes: z.array(z.string()),
  // Text on PostgreSQL, a Date on PGlite.
  expires_at: z.coerce.date().nullable(),
  revoked_at: z.coerce.date().nullable(),
});
export type FoundApiKey = z.infer<typeof rowSchema>;

/** In the order in which they were asked for; null for one that was never made. */
export const findApiKeys = async (
  database: Database,
  asked: readonly AskedApiKey[],
): Promise<(FoundApiKey | null)[]> => {
  const parameters = { a_keys: JSON.stringify(asked) };
  const rows = await callFunction(database, { name: 'usage.find_api_keys', parameters });
  const found = new Map(
    z
      .array(rowSchema)
      .parse(rows)
      .map((row) => [row.secret_hash, row]),
  );
  return asked.map(({ hash }) => found.get(hash) ?? null);
};
