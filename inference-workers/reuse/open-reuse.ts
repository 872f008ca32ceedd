/** The caches of a worker, on the port that all workers share. */
import type { ReplyCache } from '#kernel/reply-cache/reply-cache.ts';
import { derivedKey } from '#kernel/sealing/derived-key.ts';
import type { SealingKeys } from '#kernel/sealing/sealer.ts';
import { defaultReuseSettings, type Reuse } from './reuse-turn.ts';

/** @param keys SEALING_KEY also makes the names of kept replies, so that nobody can look for a guessed request */
export const openReuse = (cache: ReplyCache, { SEALING_KEY }: SealingKeys): Reuse => ({
  cache,
  key: derivedKey(SEALING_KEY, 'parlance kept replies'),
  settings: defaultReuseSettings,
});
