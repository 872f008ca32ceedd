/**
 * One process on one data directory. The lock is a listening socket named after the directory: the system drops it with
 * the process, however that ends, so a crash leaves nothing to clean up by hand.
 */
import { createHash } from 'node:crypto';
import { realpath, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvironmentError } from '#kernel/config/environment.ts';
import { openPrivateDirectory } from '#kernel/process/private-files.ts';

/** Short, whatever the directory is called: socket paths have about 100 bytes. */
const socketPath = async (directory: string): Promise<string> => {
  const name = createHash('sha256')
    .update(await realpath(directory))
    .digest('hex')
    .slice(0, 24);
  return join(tmpdir(), `parlance-${name}.lock`);
};

const listen = (path: string): Promise<Server | undefined> =>
  new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (fault: NodeJS.ErrnoException) =>
      fault.code === 'EADDRINUSE' ? resolve(undefined) : reject(fault),
    );
    server.listen(path, () => resolve(server));
  });

/** Whether somebody listens; a socket file of a dead process refuses. */
const isListening = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });

/** Throws EnvironmentError when it cannot be made or another process holds it. */
export const lockDataDirectory = async (directory: string): Promise<AsyncDisposable> => {
  await openPrivateDirectory(directory).catch((cause: NodeJS.ErrnoException) => {
    throw new EnvironmentError(
      `${directory} cannot hold the data (${cause.message}). Set DATA_DIR to a directory that can be written.`,
      { cause },
    );
  });
  const path = await socketPath(directory);
  let server = await listen(path);
  if (!server && !(await isListening(path))) {
    await rm(path, { force: true });
    server = await listen(path);
  }
  if (!server) {
    throw new EnvironmentError(`Another process uses ${directory}. Stop it, or set DATA_DIR to another directory.`);
  }
  const held = server;
  held.unref();
  return { [Symbol.asyncDispose]: () => new Promise((resolve) => held.close(() => resolve())) };
};
