/** A server in the role of knowledge, for the searches of workers: it speaks the real protocol and records requests. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Identity } from '#contracts/identity.ts';
import { createIdentityVerifier } from '#kernel/identity.ts';
import { openKnowledgeClient } from './tools/knowledge-client.ts';
import { createDocumentSearch, type SearchDocuments } from './tools/search-documents.ts';

const secret = 'a secret of at least thirty-two characters';
const bodySchema = z.object({
  query: z.string(),
  variables: z.object({ collectionIds: z.array(z.string()), query: z.string(), first: z.number() }),
});
export type Search = z.infer<typeof bodySchema>['variables'] & { readonly identity: Identity };

/** A hit of a search, in the form of the subgraph. */
export const hitOf = (fileId: string, quote: string, page: number | null = 3) => ({
  ...{ file: { id: fileId }, fileName: 'pump.pdf', page, heading: 'Faults', quote, score: 0.5 },
});
/** The response of a search that found these. */
export const foundHits = (...hits: readonly object[]) => ({ data: { searchDocuments: { hits } } });

export interface KnowledgeServer extends AsyncDisposable {
  readonly searches: readonly Search[];
  readonly searchDocuments: SearchDocuments;
  /** Of a worker process that asks it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The next search that arrives. */
  nextSearch(): Promise<Search>;
}

/** @param respond returns the response, or leaves it to a test to end it */
export const startKnowledgeServer = async (
  respond: (search: Search, response: ServerResponse) => object | undefined,
): Promise<KnowledgeServer> => {
  const verify = createIdentityVerifier(secret);
  const searches: Search[] = [];
  const arrivals: ((search: Search) => void)[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { variables } = bodySchema.parse(JSON.parse(Buffer.concat(chunks).toString()));
    const identity = await verify(request.headers.authorization?.slice('Bearer '.length) ?? '');
    const search = { ...variables, identity };
    searches.push(search);
    arrivals.shift()?.(search);
    const result = respond(search, response);
    if (result !== undefined) response.end(JSON.stringify(result));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const environment = {
    KNOWLEDGE_URL: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/graphql`,
    IDENTITY_SECRET: secret,
  };
  const client = openKnowledgeClient(environment);
  if (client === undefined) throw new Error('the client needs an address');
  return {
    ...{ searches, environment, searchDocuments: createDocumentSearch(client) },
    nextSearch: () => new Promise((resolve) => arrivals.push(resolve)),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await client[Symbol.asyncDispose]();
    },
  };
};
