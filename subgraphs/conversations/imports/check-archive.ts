/**
 * Looks at a whole archive before anything of it is stored. Invariant: what passes has the conversations of one export,
 * whole, without a password, and of a size that can be read; so an archive that is damaged at its end stores nothing of
 * its beginning.
 */
import { AppError } from '#kernel/errors.ts';
import { zipEntries } from './zip-file.ts';

/** ChatGPT's archive has one file or several, ours a folder of them. */
const holdsConversations = /^((?:[^/]*\/)?)conversations(?:-\d+)?\.json$|^(conversations\/)\d+\.json$/;

/** Bytes that all conversations of an archive unpack to. */
const mostBytes = 4 * 1024 * 1024 * 1024;
/** Text packs to a tenth, and rarely to a fiftieth; only what was made to unpack to much exceeds this. */
const mostGrowth = 250;
/** Bytes below which growth does no harm. */
const harmlessBytes = 16 * 1024 * 1024;

const refuse = (sentence: string): never => {
  throw new AppError('BAD_USER_INPUT', sentence);
};
const tooMuch = (): never => {
  throw new AppError('PAYLOAD_TOO_LARGE', 'The archive unpacks to too much.');
};

/**
 * The names of the entries that hold conversations; none where there are none. Throws BAD_USER_INPUT and
 * PAYLOAD_TOO_LARGE.
 */
export const checkArchive = async (path: string, signal: AbortSignal): Promise<ReadonlySet<string>> => {
  const names = new Set<string>();
  const folders = new Set<string>();
  let whole = 0;
  for await (const { name, isEncrypted, compressedBytes, bytes, open } of zipEntries(path)) {
    const [found, folder, ours] = holdsConversations.exec(name) ?? [];
    if (found === undefined) continue;
    if (isEncrypted) refuse('The archive is protected by a password. Pack it again without one.');
    folders.add(ours ?? folder ?? '');
    if (names.has(name) || folders.size > 1) {
      refuse('The archive has the conversations of several exports. Import each export by itself.');
    }
    names.add(name);
    whole += bytes;
    if (whole > mostBytes || (bytes > harmlessBytes && bytes > mostGrowth * compressedBytes)) tooMuch();
    // Read to its end, which throws where it is damaged.
    for await (const _ of await open()) signal.throwIfAborted();
  }
  return names;
};
