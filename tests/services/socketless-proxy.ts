/** An HTTP proxy as some companies have it: carries requests and their streamed answers, and refuses WebSockets. */
import { createServer, request } from 'node:http';

export interface SocketlessProxy extends AsyncDisposable {
  /** The service's URL, by way of this proxy. */
  readonly url: string;
  readonly refusedUpgrades: number;
}

export const startSocketlessProxy = async (url: string): Promise<SocketlessProxy> => {
  const target = new URL(url);
  let refusedUpgrades = 0;
  const server = createServer((near, answer) => {
    const { method, headers, url: path } = near;
    const far = request({ host: target.hostname, port: target.port, path, method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      answer.flushHeaders();
      response.pipe(answer);
      answer.on('close', () => far.destroy());
    });
    far.on('error', () => answer.destroy());
    near.pipe(far);
  });
  server.on('upgrade', (_, socket) => {
    refusedUpgrades += 1;
    socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('A listening server has an address');
  const near = new URL(url);
  near.host = `127.0.0.1:${address.port}`;
  return {
    url: near.href,
    get refusedUpgrades() {
      return refusedUpgrades;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
