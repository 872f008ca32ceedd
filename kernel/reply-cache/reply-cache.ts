/**
 * Port: replies that workers keep so that an equal request needs no model, the right to ask a model for one of them,
 * and the messages whose text must not be served again. Adapters: embedded-reply-cache.ts and redis-reply-cache.ts.
 * Everything of a tenant lies in one slice of the cache. Invariants: a slice holds at most its share of `maxBytes`; to
 * make room, the tenant that has most in it gives up what expires first, so none displaces those that have less; what
 * was withdrawn stays withdrawn for as long as anything lives that may hold its text;
 * a slice with more withdrawn sources than it can remember forgets its replies too, so that none of them is served.
 */
import { createHash } from 'node:crypto';

/** Names an entry. Tenants with the same name have different entries. */
export interface ReplyCacheKey {
  readonly tenantId: string;
  readonly name: string;
}

export interface ReplyCache extends AsyncDisposable {
  /** Undefined where nothing was set, or it has expired or was evicted. */
  get(key: ReplyCacheKey): Promise<string | undefined>;
  /**
   * A value of more than `longestValue` characters is not kept.
   * @param ttlMs milliseconds, 1 to `longestLifeMs`
   */
  set(key: ReplyCacheKey, value: string, ttlMs: number): Promise<void>;
  /** Takes the lease of a key, or renews the holder's own. Returns who has it now: another holder keeps it. */
  lease(key: ReplyCacheKey, holder: string, ttlMs: number): Promise<string>;
  /** Ends the lease where it is the holder's. */
  release(key: ReplyCacheKey, holder: string): Promise<void>;
  /** From now on `isWithdrawn` holds for this source: the id of a message or of a conversation. */
  withdraw(tenantId: string, source: string): Promise<void>;
  /** Whether one of the sources was withdrawn. */
  isWithdrawn(tenantId: string, sources: readonly string[]): Promise<boolean>;
}

export interface ReplyCacheBounds {
  /** Bytes of all entries, with what keeping them takes. */
  readonly maxBytes: number;
  /** Sources that a slice remembers as withdrawn. */
  readonly maxWithdrawn: number;
}

export const defaultReplyCacheBounds: ReplyCacheBounds = { maxBytes: 256 * 1024 * 1024, maxWithdrawn: 100_000 };

/** Milliseconds that an entry lives at most. */
export const longestLifeMs = 3_600_000;
/** Milliseconds for which a source stays withdrawn: a reply that is being written now may still be kept. */
export const withdrawnForMs = 2 * longestLifeMs;
/** Characters of a value. */
export const longestValue = 262_144;
/** Bytes that keeping an entry takes beyond its key and value. */
export const entryOverhead = 256;

/** Slices of the cache. A tenant has the share of one slice at most. */
export const slices = 16;

export const sliceOf = (tenantId: string): number =>
  createHash('sha256').update(tenantId).digest().readUInt16BE(0) % slices;

/** The name of an entry within its slice. */
export const fieldOf = ({ tenantId, name }: ReplyCacheKey): string => `${tenantId} ${name}`;
