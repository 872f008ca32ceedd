/** A wire that a test can cut or make slow: carries TCP to a service until it is cut. */
import { createConnection, createServer, type Socket } from 'node:net';

export interface TcpProxy extends AsyncDisposable {
  /** The service's URL, by way of this wire. */
  readonly url: string;
  /** Drops every connection, as a failing network does. New ones are carried again. */
  cut(): void;
  /** From now on each piece of data waits so many milliseconds, in both directions; 0 carries it at once. */
  delay(ms: number): void;
  /**
   * Holds back what both sides say, with the connections open, as a network does that drops packets; until `resume`.
   */
  stall(): void;
  /** Holds back what the service says and carries what it is told; until `resume`. */
  stallResponses(): void;
  resume(): void;
  /** Drops every connection and refuses new ones, as a service that is not there; until `accept`. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  /** Drops every connection and takes no new one, as a killed process's peer sees it. */
  close(): Promise<void>;
}

/** Carries what one side says to the other, each piece when `pass` lets it; the order stays. */
const carry = (from: Socket, to: Socket, pass: (write: () => void) => void): void => {
  from.on('data', (chunk) => {
    from.pause();
    const write = (): void => {
      if (to.destroyed || to.write(chunk)) from.resume();
      else to.once('drain', () => from.resume());
    };
    pass(write);
  });
  from.on('end', () => to.end());
};

export const startTcpProxy = async (url: string): Promise<TcpProxy> => {
  const target = new URL(url);
  let delayMs = 0;
  let stalled: 'NOTHING' | 'RESPONSES' | 'BOTH' = 'NOTHING';
  const heldBack = new Set<() => void>();
  const passTo =
    (side: 'SERVICE' | 'CLIENT') =>
    (write: () => void): void => {
      if (stalled === 'BOTH' || (stalled === 'RESPONSES' && side === 'CLIENT')) heldBack.add(write);
      else if (delayMs === 0) write();
      else setTimeout(write, delayMs);
    };
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = createConnection({ host: target.hostname, port: Number(target.port) });
    for (const [one, other, side] of [
      [near, far, 'SERVICE'],
      [far, near, 'CLIENT'],
    ] as const) {
      one.setNoDelay(true);
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      carry(one, other, passTo(side));
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
  const delay = (ms: number) => {
    delayMs = ms;
  };
  const stall = () => {
    stalled = 'BOTH';
  };
  const stallResponses = () => {
    stalled = 'RESPONSES';
  };
  const resume = () => {
    stalled = 'NOTHING';
    for (const write of heldBack) write();
    heldBack.clear();
  };
  const accept = () => new Promise<void>((resolve) => server.listen(address.port, '127.0.0.1', resolve));
  return {
    ...{ url: near.href, cut, delay, stall, stallResponses, resume, accept, close },
    refuse: close,
    [Symbol.asyncDispose]: close,
  };
};
