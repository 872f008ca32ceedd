/**
 * One subgraph of the soaked graph: `main.ts NAME PORT PORT` serves it on both ports, over HTTP and
 * graphql-transport-ws.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type DocumentNode, execute, parse } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { schemaOf } from '../graph.ts';
import { subgraphNames } from '../world.ts';

const [given, ...ports] = process.argv.slice(2);
const name = subgraphNames.find((known) => known === given);
if (!name) throw new Error(`there is no subgraph ${given}`);
const schema = schemaOf(name);

const documents = new Map<string, DocumentNode>();
const documentOf = (query: string): DocumentNode => {
  const document = documents.get(query) ?? parse(query, { noLocation: true });
  documents.set(query, document);
  return document;
};

const result = async (body: string): Promise<string> => {
  const { query, variables, operationName } = JSON.parse(body);
  const { errors, ...rest } = await execute({
    schema,
    document: documentOf(query),
    variableValues: variables,
    operationName,
  });
  return JSON.stringify({ ...rest, ...(errors ? { errors: errors.map((error) => error.toJSON()) } : {}) });
};

const cursorIn = (context: unknown): unknown =>
  typeof context === 'object' && context !== null && 'cursor' in context ? context.cursor : undefined;

for (const port of ports) {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk);
    } catch {
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(await result(String(Buffer.concat(chunks))));
  });
  server.keepAliveTimeout = 600_000;
  useServer(
    {
      schema,
      context: () => ({}),
      onNext: (...[, , , { contextValue }, { data, errors }]) => {
        const cursor = cursorIn(contextValue);
        return {
          data: data ?? null,
          ...(errors ? { errors: errors.map((error) => error.toJSON()) } : {}),
          ...(cursor === undefined ? {} : { extensions: { cursor } }),
        };
      },
    },
    new WebSocketServer({ server, path: '/graphql' }),
  );
  server.listen(Number(port), '127.0.0.1');
  await once(server, 'listening');
}
process.stdout.write('ready\n');
