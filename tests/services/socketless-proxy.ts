/**
 * An HTTP proxy as some companies have it: carries requests and their streamed responses, and refuses WebSockets; or
 * one that begins to refuse them on request.
 */
import { createServer, type IncomingMessage, request } from 'node:http';
import { createConnection, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

export interface SocketlessProxy extends AsyncDisposable {
  /** The service's URL, by way of this proxy. */
  readonly url: string;
  readonly refusedUpgrades: number;
  /** Cuts the WebSockets that it carries, and refuses all from now on. */
  refuseSockets(): void;
}

/** The request line and headers of an upgrade, as they came. */
const headOf = ({ method, url, rawHeaders }: IncomingMessage): string => {
  const headers = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}\r\n`] : [],
  );
  return `${method} ${url} HTTP/1.1\r\n${headers.join('')}\r\n`;
};

/** @param takesSockets whether WebSockets are carried until `refuseSockets`. */
export const startSocketlessProxy = async (url: string, takesSockets = false): Promise<SocketlessProxy> => {
  const target = new URL(url);
  let refusedUpgrades = 0;
  let refuses = !takesSockets;
  const carried = new Set<Duplex>();
  const server = createServer((near, outgoing) => {
    const { method, headers, url: path } = near;
    const far = request({ host: target.hostname, port: target.port, path, method, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      outgoing.flushHeaders();
      response.pipe(outgoing);
      outgoing.on('close', () => far.destroy());
    });
    far.on('error', () => outgoing.destroy());
    near.pipe(far);
  });
  const carry = (near: Duplex, far: Socket): void => {
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      carried.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        carried.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  };
  server.on('upgrade', (asked, near, head) => {
    if (refuses) {
      refusedUpgrades += 1;
      near.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
      return;
    }
    const far = createConnection({ host: target.hostname, port: Number(target.port) });
    far.write(headOf(asked));
    far.write(head);
    carry(near, far);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('A listening server has an address');
  const near = new URL(url);
  near.host = `127.0.0.1:${address.port}`;
  const cutSockets = (): void => {
    for (const socket of carried) socket.destroy();
  };
  return {
    url: near.href,
    get refusedUpgrades() {
      return refusedUpgrades;
    },
    refuseSockets() {
      refuses = true;
      cutSockets();
    },
    async [Symbol.asyncDispose]() {
      cutSockets();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
