/**
 * Turns texts into vectors, so that passages can be found by their meaning. Invariants: a vector has length 1, so that
 * the dot product of two is their similarity; an embedder reads a bounded beginning of each text and never sends a text
 * anywhere but to its model; every fault is an EmbeddingFault without a text.
 */

export interface Embedded {
  /** In the order of the texts. */
  readonly vectors: readonly Float32Array[];
  /** Tokens that the model read, as it counts them; 0 where it costs nothing. */
  readonly tokens: number;
}

export interface Embedder {
  readonly modelId: string;
  /** USD for a million tokens, an exact decimal. */
  readonly price: string;
  /**
   * How much the place of a passage among the nearest ones counts, beside its place by words, which counts 1. For an
   * encoder that knows one language, it is so low that it breaks ties.
   */
  readonly rankWeight: number;
  /**
   * Rejects with an EmbeddingFault.
   * @param purpose a question that somebody waits for goes before passages
   */
  embed(texts: readonly string[], purpose: EmbeddingPurpose, signal: AbortSignal): Promise<Embedded>;
}
export type EmbeddingPurpose = 'QUESTION' | 'PASSAGES';

/** Texts of one call. */
export const mostTexts = 64;
/** Characters of a text that are read. */
export const longestText = 8_000;
/** Numbers of a vector; pgvector takes no more into an index, and no model of today has more. */
export const mostDimensions = 4_096;

const embeddingFaults = ['TIMEOUT', 'UNREACHABLE', 'REFUSED', 'UNREADABLE', 'BUSY', 'UNKNOWN_MODEL'] as const;

/** Why there are no vectors. */
export class EmbeddingFault extends Error {
  readonly reason: (typeof embeddingFaults)[number];
  /** Whether the same request may succeed later. */
  readonly mayRetry: boolean;
  /** Milliseconds after which it may, where the provider says so. */
  readonly retryAfterMs: number | undefined;

  constructor(
    reason: (typeof embeddingFaults)[number],
    options: { mayRetry?: boolean; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(`no embedding: ${reason.toLowerCase()}`, { cause: options.cause });
    this.reason = reason;
    this.retryAfterMs = options.retryAfterMs;
    this.mayRetry = options.mayRetry ?? (reason === 'TIMEOUT' || reason === 'UNREACHABLE' || reason === 'BUSY');
  }
}

/** The vector at length 1. Throws an EmbeddingFault where it has no direction. */
export const normalised = (numbers: ArrayLike<number>): Float32Array => {
  const vector = Float32Array.from(numbers);
  let square = 0;
  for (const number of vector) square += number * number;
  const length = Math.sqrt(square);
  if (!Number.isFinite(length) || length === 0) throw new EmbeddingFault('UNREADABLE');
  return vector.map((number) => number / length);
};
