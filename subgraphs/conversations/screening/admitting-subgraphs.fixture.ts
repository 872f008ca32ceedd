/** Servers in the role of other subgraphs, for tests of admission. They speak the real protocol and record requests. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';
import { createIdentitySigner } from '#kernel/identity.ts';
import { createEmbeddedLimiter } from '#kernel/limiter/embedded-limiter.ts';
import { createSubgraphClient, type SubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';
import { candidate } from '../conversations.fixture.ts';
import { createScreening } from './screening.ts';

const bodySchema = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()) });
export type Body = z.infer<typeof bodySchema>;
export const allowed = { screenContent: { action: 'ALLOW', categories: [] } };
export const blocked = { screenContent: { action: 'BLOCK', categories: [{ category: 'THREAT', score: 1 }] } };
export const held = { reserveTokens: { messageId: 'm' } };
export const refused = { errors: [{ message: 'No.', extensions: { code: 'QUOTA_EXCEEDED', quota: 'USER_DAY' } }] };

/** A subgraph whose responses come from `respond`. It records the requests. */
export const openSubgraph = async (respond: (body: Body) => Promise<object | 'hangs up'> | object | 'hangs up') => {
  const requests: Body[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const body = bodySchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
    requests.push(body);
    const data = body.query.includes('releaseTokens') ? { releaseTokens: true } : await respond(body);
    if (typeof data === 'string') return response.destroy();
    return response.end(JSON.stringify('errors' in data ? data : { data }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/graphql`;
  const client = createSubgraphClient('conversations', url, createIdentitySigner('s'.repeat(32)));
  return {
    requests,
    client,
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      server.closeAllConnections();
      server.close();
    },
  };
};

/** Screening by a server in the role of safety. */
export const screeningBy = (safety: SubgraphClient) =>
  createScreening({ safety, limiter: createEmbeddedLimiter(), maxContentLength: 100_000 });

const route = {
  candidates: [candidate],
  tools: [],
  policy: undefined,
  reason: 'It is the best model that fits.',
  latencyTargetMs: undefined,
  dependsOn: { complexity: false, languages: [], moderation: [], promptTokens: false },
  paces: new Map(),
};
export const remembered = { find: async () => route };
