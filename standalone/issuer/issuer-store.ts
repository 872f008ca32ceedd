/**
 * What the development issuer remembers, for oidc-provider. What keeps people signed in is on disk too, so that a
 * restart signs nobody out; what lasts for minutes is in memory only. Bounded: beyond `mostEntries` the oldest one is
 * forgotten. Invariant: a change is on disk when the provider goes on, so a refresh token is never used twice.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Adapter, AdapterPayload } from 'oidc-provider';
import { z } from 'zod';
import type { Logger } from '#kernel/log.ts';

const mostEntries = 5_000;
/** The kinds that are kept on disk. */
const lasting: ReadonlySet<string> = new Set(['Grant', 'RefreshToken', 'Session']);

const entrySchema = z.object({ kind: z.string(), expiresAt: z.number(), payload: z.record(z.string(), z.unknown()) });
type Entry = Omit<z.infer<typeof entrySchema>, 'payload'> & { readonly payload: AdapterPayload };
const fileSchema = z.array(z.tuple([z.string(), entrySchema]));

export interface IssuerStore {
  /** @param kind oidc-provider's name of a model. */
  adapter(kind: string): Adapter;
}

const readEntries = async (file: string, logger: Logger): Promise<Map<string, Entry>> => {
  try {
    return new Map(fileSchema.parse(JSON.parse(await readFile(file, 'utf8'))));
  } catch (err) {
    const isNew = err instanceof Error && 'code' in err && err.code === 'ENOENT';
    if (!isNew) logger.warn({ err, file }, 'the sign-ins of the development issuer cannot be read and are forgotten');
    return new Map();
  }
};

export const openIssuerStore = async (file: string, logger: Logger): Promise<IssuerStore> => {
  const entries = await readEntries(file, logger);
  let last = Promise.resolve();

  const write = async (): Promise<void> => {
    const kept = [...entries].filter(([, { kind, expiresAt }]) => lasting.has(kind) && expiresAt > Date.now());
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(`${file}.new`, JSON.stringify(kept), { mode: 0o600, flush: true });
    await rename(`${file}.new`, file);
  };
  const stored = (kind: string): Promise<void> => {
    if (!lasting.has(kind)) return Promise.resolve();
    last = last.catch(() => undefined).then(write);
    return last;
  };
  const makeSpace = (): void => {
    for (const [key, { expiresAt }] of entries) if (expiresAt <= Date.now()) entries.delete(key);
    for (const key of entries.keys()) {
      if (entries.size <= mostEntries) return;
      entries.delete(key);
    }
  };
  const payloadOf = (entry: Entry | undefined): AdapterPayload | undefined =>
    entry && entry.expiresAt > Date.now() ? entry.payload : undefined;

  return {
    adapter(kind) {
      const keyOf = (id: string): string => `${kind}:${id}`;
      const findBy = (name: 'uid' | 'userCode', value: string): AdapterPayload | undefined => {
        for (const entry of entries.values()) {
          if (entry.kind === kind && entry.payload[name] === value) return payloadOf(entry);
        }
        return undefined;
      };
      return {
        async upsert(id, payload, expiresIn) {
          const expiresAt = Date.now() + (expiresIn ?? 3600) * 1000;
          // Stored as the file has it.
          entries.set(keyOf(id), { kind, expiresAt, payload: JSON.parse(JSON.stringify(payload)) });
          makeSpace();
          await stored(kind);
        },
        find: async (id) => payloadOf(entries.get(keyOf(id))),
        findByUid: async (uid) => findBy('uid', uid),
        findByUserCode: async (code) => findBy('userCode', code),
        async consume(id) {
          const entry = entries.get(keyOf(id));
          if (entry) entry.payload.consumed = Math.floor(Date.now() / 1000);
          await stored(kind);
        },
        async destroy(id) {
          entries.delete(keyOf(id));
          await stored(kind);
        },
        async revokeByGrantId(grantId) {
          for (const [key, { payload }] of entries) if (payload.grantId === grantId) entries.delete(key);
          await stored('Grant');
        },
      };
    },
  };
};
