/** One address for several ports, as a load balancer has it, or a network that is away and comes back. */
import { createConnection, createServer, type Socket } from 'node:net';

/** `first`: each connection goes to the first target that takes it; `in turn`: to the next one, while it takes it. */
type Choice = 'first' | 'in turn';

export interface Balancer extends AsyncDisposable {
  /** How connections from now on are given to the targets. At the beginning: `first`. */
  choose(choice: Choice): void;
  /** Drops every connection and refuses new ones until `accept`. */
  refuse(): Promise<void>;
  accept(): Promise<void>;
  /** Loses all that both sides say, with the connections open, as a network that is away does; until `restore`. */
  lose(): void;
  /** Resolves when the targets have given up every WebSocket that `lose` struck. */
  untilGivenUp(): Promise<void>;
  /** Ends the connections that `lose` struck; new ones are carried again. */
  restore(): void;
}

/** One connection on its way through. */
interface Carried {
  readonly near: Socket;
  readonly far: Socket;
  readonly givenUp: Promise<void>;
  /** Browsers open each on a connection of its own. */
  isWebSocket: boolean;
}

export const openBalancer = async (port: number, targets: readonly number[]): Promise<Balancer> => {
  let choice: Choice = 'first';
  let isLosing = false;
  let taken = 0;
  const open = new Set<Socket>();
  const carried = new Set<Carried>();
  let struck: readonly Carried[] = [];

  const carry = (near: Socket, far: Socket): void => {
    const { promise: givenUp, resolve } = Promise.withResolvers<void>();
    const connection: Carried = { near, far, givenUp, isWebSocket: false };
    carried.add(connection);
    near.once('data', (head) => {
      connection.isWebSocket = /^upgrade: websocket/im.test(String(head));
    });
    near.pipe(far).pipe(near);
    far.on('close', () => {
      carried.delete(connection);
      resolve();
      if (!isLosing) near.destroy();
    });
    near.on('close', () => {
      if (!isLosing) far.destroy();
    });
  };
  const server = createServer((near) => {
    open.add(near);
    near.on('close', () => open.delete(near));
    near.on('error', () => undefined);
    if (isLosing) return;
    const start = choice === 'first' ? 0 : taken % targets.length;
    taken += 1;
    const dial = (tried: number): void => {
      const target = tried < targets.length ? targets[(start + tried) % targets.length] : undefined;
      if (target === undefined) {
        near.destroy();
        return;
      }
      const far = createConnection(target, '127.0.0.1');
      let isCarried = false;
      far.once('connect', () => {
        isCarried = true;
        carry(near, far);
      });
      far.on('error', () => {
        if (isCarried) near.destroy();
        else dial(tried + 1);
      });
    };
    dial(0);
  });
  const endAll = (): void => {
    for (const near of open) near.destroy();
    for (const { far } of carried) far.destroy();
  };
  const accept = () => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const refuse = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    endAll();
    await closed;
  };
  await accept();
  return {
    accept,
    refuse,
    choose(given) {
      choice = given;
    },
    lose() {
      isLosing = true;
      struck = [...carried];
      for (const { near, far } of struck) {
        near.unpipe(far).resume();
        far.unpipe(near).resume();
      }
    },
    async untilGivenUp() {
      const sockets = struck.filter(({ isWebSocket }) => isWebSocket);
      if (sockets.length === 0) throw new Error('there was no WebSocket to give up');
      await Promise.all(sockets.map(({ givenUp }) => givenUp));
    },
    restore() {
      isLosing = false;
      endAll();
    },
    [Symbol.asyncDispose]: refuse,
  };
};
