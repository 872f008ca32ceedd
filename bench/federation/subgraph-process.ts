/**
 * All subgraphs of the measured graph in one process, which returns canned text: a request that it has seen is a
 * look-up, so that the gateway is what is measured. Sends its addresses by IPC.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { execute, parse } from 'graphql';
import { schemaOf, subgraphs } from './graph.ts';

const urls: [string, string][] = [];
for (const name of Object.keys(subgraphs)) {
  const schema = schemaOf(name);
  const canned = new Map<string, Buffer>();
  const respond = async (body: string): Promise<Buffer> => {
    const { query, variables, operationName } = JSON.parse(body);
    const result = await execute({ schema, document: parse(query), variableValues: variables, operationName });
    if (result.errors) throw new Error(String(result.errors));
    return Buffer.from(JSON.stringify(result));
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const body = Buffer.concat(chunks).toString('latin1');
      const known = canned.get(body) ?? (await respond(body));
      canned.set(body, known);
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': known.length });
      response.end(known);
    });
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  urls.push([name, `http://127.0.0.1:${address.port}/graphql`]);
}
process.send?.({ urls });
process.on('disconnect', () => process.exit());
