/**
 * A scripted usage subgraph with API keys: a real server that responds as usage does, can hold back its responses, and
 * can go down.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { v7 } from 'uuid';
import { z } from 'zod';
import { apiKeyRevokedTopic, generateApiKey, hashApiKey } from '#kernel/access/api-key.ts';
import { createSubgraphClient } from '#kernel/connections/subgraph-client.ts';
import { createIdentitySigner, type Role } from '#kernel/identity.ts';
import { createLogger } from '#kernel/log.ts';
import { createEmbeddedSignals } from '#kernel/signals/embedded-signals.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { openApiKeyAuthenticator } from '../authentication/api-key-authenticator.ts';
import type { Authenticator } from '../authentication/authenticator.ts';
import { createApiKeyLookUp } from '../authentication/look-up-api-keys.ts';

interface StoredKey {
  readonly id: string;
  readonly tenantId: string;
  readonly userId: string;
  roles: Role[];
  scopes: string[];
  expiresAt: string | null;
  revokedAt: string | null;
}

export interface ApiKeyFixture extends AsyncDisposable {
  readonly authenticator: Authenticator;
  readonly signals: Signals;
  /** The look-ups that it received, in order. */
  readonly asked: (readonly { readonly hash: string; readonly isUsed: boolean }[])[];
  make(key?: Partial<StoredKey>): { readonly key: string; readonly stored: StoredKey };
  /** Stores the revocation and announces it as usage does. */
  revoke(stored: StoredKey): Promise<void>;
  /** Makes responses wait until the returned function is called. They report the state at the time of the request. */
  holdBack(): () => void;
  /** Makes it unresponsive until the returned function is called. */
  goDown(): () => void;
}

const requestSchema = z.object({
  variables: z.object({ keys: z.array(z.object({ hash: z.string(), isUsed: z.boolean() })) }),
});

export const openApiKeyFixture = async (refreshEveryMs: number): Promise<ApiKeyFixture> => {
  await using opened = new AsyncDisposableStack();
  const keys = new Map<string, StoredKey>();
  const asked: ApiKeyFixture['asked'] = [];
  let held = Promise.resolve();
  let isDown = false;
  const server = createServer(async (request, response) => {
    const { variables } = requestSchema.parse(JSON.parse(await text(request)));
    asked.push(variables.keys);
    if (isDown) {
      response.destroy();
      return;
    }
    const found = JSON.stringify({ data: { findApiKeys: variables.keys.map(({ hash }) => keys.get(hash) ?? null) } });
    await held;
    response.end(found);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.defer(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const logger = createLogger('gateway', 'silent');
  const signals = createEmbeddedSignals(logger);
  const client = opened.use(
    createSubgraphClient('gateway', `http://127.0.0.1:${port}/graphql`, createIdentitySigner('x'.repeat(32))),
  );
  const lookUp = createApiKeyLookUp(client);
  const authenticator = opened.use(await openApiKeyAuthenticator({ lookUp, signals, logger, refreshEveryMs }));
  const closing = opened.move();
  return {
    authenticator,
    signals,
    asked,
    make(given = {}) {
      const key = generateApiKey();
      const rights = { roles: [], scopes: [], expiresAt: null, revokedAt: null };
      const stored = { id: v7(), tenantId: v7(), userId: v7(), ...rights, ...given };
      keys.set(hashApiKey(key), stored);
      return { key, stored };
    },
    async revoke(stored) {
      stored.revokedAt = new Date().toISOString();
      await signals.publish(apiKeyRevokedTopic, stored.id);
    },
    holdBack() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    goDown() {
      isDown = true;
      return () => {
        isDown = false;
      };
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
