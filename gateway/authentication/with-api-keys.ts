/**
 * Authenticator for access tokens and API keys, which their prefix distinguishes. It opens and becomes ready without
 * usage.
 */
import { hasApiKeyPrefix } from '#kernel/access/api-key.ts';
import { createSubgraphClient } from '#kernel/connections/subgraph-client.ts';
import { createIdentitySigner } from '#kernel/identity.ts';
import type { Logger } from '#kernel/log.ts';
import type { Signals } from '#kernel/signals/signals.ts';
import { openApiKeyAuthenticator } from './api-key-authenticator.ts';
import type { Authenticator } from './authenticator.ts';
import { createApiKeyLookUp } from './look-up-api-keys.ts';

export interface ApiKeysOptions {
  /** The subgraph that manages the keys, `http://host:port/graphql`. */
  readonly usageUrl: string;
  /** Shared with the subgraphs, at least 32 bytes. */
  readonly identitySecret: string;
  /** Announces revocations. */
  readonly signals: Signals;
  readonly logger: Logger;
}

/** @param tokens is closed by the caller. */
export const openWithApiKeys = async (
  tokens: Authenticator,
  { usageUrl, identitySecret, signals, logger }: ApiKeysOptions,
): Promise<Authenticator> => {
  await using opened = new AsyncDisposableStack();
  const usage = opened.use(createSubgraphClient('gateway', usageUrl, createIdentitySigner(identitySecret)));
  const apiKeys = opened.use(await openApiKeyAuthenticator({ lookUp: createApiKeyLookUp(usage), signals, logger }));
  const closing = opened.move();
  return {
    authenticate: (token, from) => (hasApiKeyPrefix(token) ? apiKeys : tokens).authenticate(token, from),
    ready: tokens.ready,
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
};
