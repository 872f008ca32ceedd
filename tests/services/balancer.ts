/** One address for several ports, as a load balancer has it. */
import { createConnection, createServer } from 'node:net';

/** Carries each connection to the first of the targets that takes it. */
export const openBalancer = async (port: number, targets: readonly number[]): Promise<AsyncDisposable> => {
  const server = createServer((near) => {
    const dial = (index: number): void => {
      const target = targets[index];
      if (target === undefined) {
        near.destroy();
        return;
      }
      const far = createConnection(target, '127.0.0.1');
      let isCarried = false;
      far.once('connect', () => {
        isCarried = true;
        near.pipe(far).pipe(near);
        far.on('close', () => near.destroy());
        near.on('close', () => far.destroy());
      });
      far.on('error', () => {
        if (isCarried) near.destroy();
        else dial(index + 1);
      });
    };
    near.on('error', () => undefined);
    dial(0);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    async [Symbol.asyncDispose]() {
      server.close();
    },
  };
};
