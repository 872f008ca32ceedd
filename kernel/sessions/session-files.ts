/**
 * The files of the embedded sessions, one for each, readable by their owner only. Invariant: a file is replaced by a
 * rename, so a crash leaves the old content or the new one; the writes of one session happen in their order.
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Logger } from '../log.ts';
import { type StoredSession, sessionSchema } from './sessions.ts';

const fileSchema = sessionSchema.extend({ tokens: z.string(), version: z.number() });
const ending = '.json';

export interface SessionFiles {
  readAll(): Promise<readonly StoredSession[]>;
  write(session: StoredSession): Promise<void>;
  remove(id: string): Promise<void>;
  /** Resolves when every write has ended. */
  settled(): Promise<void>;
}

export const createSessionFiles = (dataDirectory: string, logger: Logger): SessionFiles => {
  const directory = join(dataDirectory, 'sessions');
  const pathOf = (id: string): string => join(directory, `${id}${ending}`);
  /** The last write of each session. */
  const writes = new Map<string, Promise<void>>();

  const inOrder = (id: string, write: () => Promise<void>): Promise<void> => {
    const before = writes.get(id) ?? Promise.resolve();
    const mine = before
      .catch(() => undefined)
      .then(write)
      .finally(() => {
        if (writes.get(id) === mine) writes.delete(id);
      });
    writes.set(id, mine);
    return mine;
  };
  const read = async (name: string): Promise<StoredSession | undefined> => {
    const path = join(directory, name);
    try {
      if (name.endsWith(ending)) return fileSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    } catch (err) {
      logger.warn({ err, path }, 'a stored session cannot be read and is dropped');
    }
    await rm(path, { force: true });
    return undefined;
  };

  return {
    async readAll() {
      const names = await readdir(directory).catch((fault: NodeJS.ErrnoException) => {
        if (fault.code === 'ENOENT') return [];
        throw fault;
      });
      return (await Promise.all(names.map(read))).filter((session) => session !== undefined);
    },
    write: (session) =>
      inOrder(session.id, async () => {
        await mkdir(directory, { recursive: true, mode: 0o700 });
        const path = pathOf(session.id);
        await writeFile(`${path}.new`, JSON.stringify(session), { mode: 0o600, flush: true });
        await rename(`${path}.new`, path);
      }),
    remove: (id) => inOrder(id, () => rm(pathOf(id), { force: true })),
    async settled() {
      await Promise.allSettled(writes.values());
    },
  };
};
