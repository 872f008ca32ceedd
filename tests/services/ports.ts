/**
 * Free TCP ports on 127.0.0.1. Taken below the range that systems give to outgoing connections (Linux: from 32768), so
 * that none of those takes a port in the moment before its server listens; all held at once, so that they differ.
 */
import { createServer, type Server } from 'node:net';

const lowest = 10_000;
const highest = 32_000;

/** Undefined when somebody listens there. */
const listen = (port: number): Promise<Server | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen(port, '127.0.0.1', () => resolve(server));
  });

export const freePorts = async (count: number): Promise<number[]> => {
  const held = new Map<number, Server>();
  while (held.size < count) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    const server = held.has(port) ? undefined : await listen(port);
    if (server) held.set(port, server);
  }
  await Promise.all([...held.values()].map((server) => new Promise((resolve) => server.close(resolve))));
  return [...held.keys()];
};

export const freePort = async (): Promise<number> => {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error('No free port');
  return port;
};
