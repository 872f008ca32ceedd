/** The user's API keys. They change rarely, so they are read when they are shown and after each change. */
import {
  type ApiKey,
  ApiKeysDocument,
  CreateApiKeyDocument,
  isParlanceError,
  type ParlanceFault,
  RevokeApiKeyDocument,
} from '@parlance/client';
import { useParlance, useViewer } from '@parlance/react';
import { useCallback, useEffect, useState } from 'react';

/** Beyond that the oldest are not shown; a user has 20 in force at most. */
const shownKeys = 200;

export interface ApiKeysState {
  /** Oldest first; undefined until they are there. */
  readonly keys: readonly ApiKey[] | undefined;
  readonly fault: ParlanceFault | undefined;
  /** Returns the secret, which nobody can read again; undefined where the server refused. */
  create(name: string): Promise<string | undefined>;
  revoke(id: string): Promise<void>;
}

export const useApiKeys = (): ApiKeysState => {
  const client = useParlance();
  const userId = useViewer().value?.viewer.id;
  const [keys, setKeys] = useState<readonly ApiKey[]>();
  const [fault, setFault] = useState<ParlanceFault>();

  const attempt = useCallback(async <Value>(task: () => Promise<Value>): Promise<Value | undefined> => {
    try {
      const value = await task();
      setFault(undefined);
      return value;
    } catch (error) {
      if (!isParlanceError(error)) throw error;
      setFault(error);
      return undefined;
    }
  }, []);
  const load = useCallback(async () => {
    if (userId === undefined) return;
    const found = await attempt(() => client.query(ApiKeysDocument, { first: shownKeys, userId }));
    if (found) setKeys(found.apiKeys.edges.map(({ node }) => node));
  }, [client, userId, attempt]);
  useEffect(() => void load(), [load]);

  return {
    keys,
    fault,
    async create(name) {
      const made = await attempt(() => client.mutate(CreateApiKeyDocument, { input: { name } }));
      if (made) await load();
      return made?.createApiKey.secret;
    },
    async revoke(id) {
      const revoked = await attempt(() => client.mutate(RevokeApiKeyDocument, { id }));
      if (revoked) await load();
    },
  };
};
