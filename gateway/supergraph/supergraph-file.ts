/**
 * Watches a supergraph file and reports when its text changes. It watches the folder instead of the file, because tools
 * replace files by renaming. A file that is missing for a moment or half written is read again at the next change.
 */
import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Logger } from '#kernel/log.ts';

/** Milliseconds without a change before the file is read, because writers write in pieces. */
const quietMs = 100;

/** @param onChange receives the new text. What it throws is logged, and the old supergraph stays. */
export const watchSupergraphFile = (path: string, onChange: (sdl: string) => void, logger: Logger): Disposable => {
  let timer: NodeJS.Timeout | undefined;
  const read = async (): Promise<void> => {
    try {
      onChange(await readFile(path, 'utf8'));
      logger.info({ path }, 'supergraph reloaded');
    } catch (err) {
      logger.error({ err, path }, 'the supergraph file is not usable: keeping the previous one');
    }
  };
  const watcher = watch(dirname(path), (_event, name) => {
    if (name !== null && name !== basename(path)) return;
    clearTimeout(timer);
    timer = setTimeout(() => void read(), quietMs);
  });
  watcher.on('error', (err) => logger.error({ err, path }, 'the supergraph file is no longer watched'));
  return {
    [Symbol.dispose]() {
      clearTimeout(timer);
      watcher.close();
    },
  };
};
