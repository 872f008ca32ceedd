/** What the store of the stream log holds, as one text, for tests of what must not be in it. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connectRedis } from '#kernel/connections/redis.ts';
import { createLogger } from '#kernel/log.ts';

const startTimeoutMs = 10_000;

/** Every file of the embedded store, and behind it the texts of its events in a row. */
export const readEmbeddedStore = async (dataDirectory: string): Promise<string> => {
  const directory = join(dataDirectory, 'streams');
  const names = await readdir(directory, { recursive: true, withFileTypes: true });
  // Probes of the disk come and go.
  const files = names
    .filter((one) => one.isFile() && !one.name.startsWith('.probe-'))
    .map((one) => join(one.parentPath, one.name));
  const lines = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n');
  const texts = [...lines.matchAll(/"text":("(?:[^"\\]|\\.)*")/g)].map(([, text = '""']) => JSON.parse(text));
  return `${lines}\n${texts.join('')}`;
};

/** Every key of a server, whatever its kind. */
export const readRedis = async (url: string): Promise<string> => {
  await using redis = await connectRedis(url, createLogger('test', 'silent'), startTimeoutMs);
  const { commands } = redis;
  const read = async (key: string): Promise<unknown> => {
    const kind = await commands.type(key);
    if (kind === 'string') return commands.get(key);
    if (kind === 'hash') return commands.hgetall(key);
    if (kind === 'stream') return commands.xrange(key, '-', '+');
    return kind === 'none' ? undefined : commands.dump(key);
  };
  const keys = await commands.keys('*');
  return JSON.stringify(await Promise.all(keys.map(read)));
};
