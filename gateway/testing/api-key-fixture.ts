/** A scripted usage that knows API keys: a real server that answers as usage does, can hold its answers back, and can go away. */
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
  /** What it was asked for, one question after the other. */
  readonly asked: (readonly { readonly hash: string; readonly isUsed: boolean }[])[];
  make(key?: Partial<StoredKey>): { readonly key: string; readonly stored: StoredKey };
  /** Stores it, and tells it as usage does. */
  revoke(stored: StoredKey): Promise<void>;
  /** Answers wait until what this returns is called; they say what was so when they were asked for. */
  holdBack(): () => void;
  /** Answers nothing until what this returns is called. */
  goAway(): () => void;
}

const requestSchema = z.object({
  variables: z.object({ keys: z.array(z.object({ hash: z.string(), isUsed: z.boolean() })) }),
});

export const openApiKeyFixture = async (lookEveryMs: number): Promise<ApiKeyFixture> => {
  await using opened = new AsyncDisposableStack();
  const keys = new Map<string, StoredKey>();
  const asked: ApiKeyFixture['asked'] = [];
  let held = Promise.resolve();
  let isAway = false;
  const server = createServer(async (request, response) => {
    const { variables } = requestSchema.parse(JSON.parse(await text(request)));
    asked.push(variables.keys);
    if (isAway) {
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
  const authenticator = opened.use(await openApiKeyAuthenticator({ lookUp, signals, logger, lookEveryMs }));
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
    goAway() {
      isAway = true;
      return () => {
        isAway = false;
      };
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
