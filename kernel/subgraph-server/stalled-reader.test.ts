/** A reader of server-sent events that stops reading holds nothing of the subgraph for long. */
import { connect } from 'node:net';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import { createIdentitySigner, createIdentityVerifier } from '../identity.ts';
import { createLogger } from '../log.ts';
import { createSubgraphBuilder, federationLinkUrl, type SubgraphContext } from './builder.ts';
import { serveSubgraph } from './serve-subgraph.ts';

const secret = 'a secret of at least thirty-two characters';

test('a reader that reads nothing is cut off, and its subscription ends, however much there is to send', async () => {
  const ended = Promise.withResolvers<number>();
  const builder = createSubgraphBuilder<SubgraphContext>();
  builder.queryFields((t) => ({ nothing: t.string({ resolve: () => '' }) }));
  builder.subscriptionType({
    fields: (t) => ({
      flood: t.string({
        subscribe: async function* () {
          let sent = 0;
          try {
            for (; ; sent += 1) yield 'x'.repeat(100_000);
          } finally {
            ended.resolve(sent);
          }
        },
        resolve: (text: unknown) => String(text),
      }),
    }),
  });
  await using subgraph = await serveSubgraph({
    name: 'test',
    schema: builder.toSubGraphSchema({ linkUrl: federationLinkUrl }),
    createContext: (identity) => ({ identity }),
    verifyIdentity: createIdentityVerifier(secret),
    stalledReaderMs: 50,
    host: '127.0.0.1',
    port: 0,
    checks: {},
    logger: createLogger('test', 'silent'),
  });
  const identity = { tenantId: uuidv7(), userId: uuidv7(), roles: [], scopes: [] };
  const body = JSON.stringify({ query: 'subscription { flood }' });
  const tcp = connect(Number(new URL(subgraph.url).port), '127.0.0.1').on('error', () => undefined);
  tcp.pause();
  const head = [
    ...['POST /graphql HTTP/1.1', 'host: subgraph', 'accept: text/event-stream', 'content-type: application/json'],
    ...[`authorization: Bearer ${await createIdentitySigner(secret)(identity)}`, `content-length: ${body.length}`],
  ];
  tcp.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  // It was asked for no more than the connection took.
  expect(await ended.promise).toBeLessThan(1000);
  tcp.destroy();
});
