/** Opens the port of a server whose requests are short, and closes it with all its connections. */
import type { Server } from 'node:http';
import { setSecurityHeaders } from './security-headers.ts';

export interface ListeningServer extends AsyncDisposable {
  readonly port: number;
}

/** @param at its port: 0 picks a free one. Rejects when the port is not available. */
export const listen = async (
  server: Server,
  at: { readonly host: string; readonly port: number },
): Promise<ListeningServer> => {
  server.prependListener('request', (_, response) => setSecurityHeaders(response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
