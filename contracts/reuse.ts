/**
 * What services say of replies that were kept and are served again: on which terms a message may have one, and which
 * one it got. A lever is one way to save a request to a model.
 */
import { z } from 'zod';

export const reuseLevers = ['REQUEST_CACHE', 'SEMANTIC_CACHE'] as const;
export type ReuseLever = (typeof reuseLevers)[number];

/** Who may get a reply that was written for somebody: only that user, or everybody of the tenant. */
export const reuseShares = ['USER', 'TENANT'] as const;
export type ReuseShare = (typeof reuseShares)[number];

/** Seconds that a reply is kept, at most. */
export const longestKeptSeconds = 3_600;

const keptSeconds = z.int().min(1).max(longestKeptSeconds);

/** The terms of a message, which models states with its route and the job carries. */
export const reuseTermsSchema = z.object({
  /** Changes whenever earlier replies must not be served any more: with the policy, or when its caches are cleared. */
  version: z.string(),
  /** Seconds that a reply is kept for equal requests; absent: it is not. */
  requestSeconds: keptSeconds.optional(),
  /** Seconds that a reply to a first question is kept for others of the same meaning; absent: it is not. */
  similarSeconds: keptSeconds.optional(),
  /** Whether curated replies are served. Default: false. */
  usesCurated: z.boolean().optional(),
  share: z.enum(reuseShares),
  /** The curated reply to the question. */
  curated: z.object({ id: z.string(), reply: z.string() }).optional(),
});
export type ReuseTerms = Readonly<z.infer<typeof reuseTermsSchema>>;

/** Whether a client lets a reply be one that was written before. */
export const reusePolicies = ['DEFAULT', 'NEVER'] as const;
export type ReusePolicy = (typeof reusePolicies)[number];
