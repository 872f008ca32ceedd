/** A wire that a test can cut: carries TCP to a service until it is told not to. */
import { createConnection, createServer, type Socket } from 'node:net';

export interface TcpProxy extends AsyncDisposable {
  /** The service's URL, by way of this wire. */
  readonly url: string;
  /** Drops every connection, as a failing network does. New ones are carried again. */
  cut(): void;
  /** Drops every connection and takes no new one, as a killed process's peer sees it. */
  close(): Promise<void>;
}

export const startTcpProxy = async (url: string): Promise<TcpProxy> => {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = createConnection({ host: target.hostname, port: Number(target.port) });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.setNoDelay(true);
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('A listening server has an address');
  const near = new URL(url);
  near.host = `127.0.0.1:${address.port}`;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const close = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    cut();
    await closed;
  };
  return { url: near.href, cut, close, [Symbol.asyncDispose]: close };
};
