import { once } from 'node:events';
import { expect, test } from 'vitest';
import WebSocket from 'ws';
import { watchStore } from '../connections/store-watch.ts';
import { createIdentityVerifier } from '../identity.ts';
import { createLogger } from '../log.ts';
import { createSubgraphBuilder, federationLinkUrl, type SubgraphContext } from './builder.ts';
import { serveSubgraph } from './serve-subgraph.ts';

const logger = createLogger('test', 'silent');

const createTestSchema = () => {
  const builder = createSubgraphBuilder<SubgraphContext>();
  builder.queryFields((t) => ({ hello: t.string({ resolve: () => 'world' }) }));
  return builder.toSubGraphSchema({ linkUrl: federationLinkUrl });
};

test('a subgraph that cannot reach the store of its streams sends their sockets to other replicas, until it can', async () => {
  let fault: Error | undefined;
  const ping = async (): Promise<void> => {
    if (fault) throw fault;
  };
  await using streams = watchStore({ store: 'log', ping, logger, everyMs: 5, awayAfterMs: 20, settleMs: 0 });
  await using subgraph = await serveSubgraph({
    name: 'test',
    schema: createTestSchema(),
    createContext: (identity) => ({ identity }),
    verifyIdentity: createIdentityVerifier('a secret of at least thirty-two characters'),
    host: '127.0.0.1',
    port: 0,
    checks: {},
    streams,
    logger,
  });
  const connect = () => new WebSocket(subgraph.url.replace('http', 'ws'), 'graphql-transport-ws');
  const open = connect();
  await once(open, 'open');
  fault = new Error('no response');
  expect((await once(open, 'close'))[0]).toBe(1013);
  const refused = connect();
  refused.on('error', () => undefined);
  const [, response] = await once(refused, 'unexpected-response');
  expect(response.statusCode).toBe(503);
  fault = undefined;
  const { promise: isBack, resolve } = Promise.withResolvers<void>();
  streams.onChange(() => resolve());
  await isBack;
  const again = connect();
  await once(again, 'open');
  again.terminate();
});
