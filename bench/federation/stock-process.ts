/**
 * Apollo Server with @apollo/gateway, as its documentation starts it. `stock-process.ts SUPERGRAPH default|undici`:
 * with its own fetcher, or with fetches on an undici pool. Says its address by IPC.
 */
import { readFile } from 'node:fs/promises';
import { ApolloGateway, type GraphQLDataSource, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { Pool } from 'undici';

const [path = '', fetcher = 'default'] = process.argv.slice(2);

const onPool = (url: string): GraphQLDataSource => {
  const { origin, pathname } = new URL(url);
  const pool = new Pool(origin, { connections: 64, pipelining: 1 });
  return {
    async process({ request: { query, variables, operationName } }) {
      const { body } = await pool.request({
        path: pathname,
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ query, variables, operationName }),
      });
      return JSON.parse(await body.text());
    },
  };
};

const gateway = new ApolloGateway({
  supergraphSdl: await readFile(path, 'utf8'),
  buildService: ({ url = '' }) => (fetcher === 'undici' ? onPool(url) : new RemoteGraphQLDataSource({ url })),
});
const server = new ApolloServer({ gateway, nodeEnv: 'production' });
const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } });
process.send?.({ url: `${url}graphql` });
process.on('disconnect', () => process.exit());
