/** A directory of one's own, deleted when its owner is done. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Directory extends AsyncDisposable {
  readonly path: string;
}

export const createDirectory = async (): Promise<Directory> => {
  const path = await mkdtemp(join(tmpdir(), 'parlance-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
};
