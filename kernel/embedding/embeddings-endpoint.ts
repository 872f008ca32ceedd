/**
 * An embedder behind OpenAI's `/embeddings`. Invariants: no address, number or key of people is sent, whatever the
 * policy of the tenant, because vectors outlive it; a request has a deadline and a bounded response, and follows no
 * redirect; what comes back is one vector of the same bounded dimension for each text, or a fault. A question is
 * tried once more after a fault that may pass, because somebody waits for it. Passages wait as long as the provider
 * says, two minutes in all. Where it takes fewer texts at once, or shorter ones, it gets halves.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { maskValues } from '#contracts/pii/mask-values.ts';
import { readBoundedText } from '../bounded-text.ts';
import {
  type Embedded,
  type Embedder,
  EmbeddingFault,
  type EmbeddingPurpose,
  longestText,
  mostDimensions,
  normalised,
} from './embedder.ts';

const responseSchema = z.object({
  data: z
    .array(z.object({ index: z.int().min(0).optional(), embedding: z.array(z.number()).min(1).max(mostDimensions) }))
    .max(4_096),
  usage: z
    .object({ total_tokens: z.number().min(0).optional() })
    .optional()
    .catch(undefined),
});

/** Bytes for each text: 4,096 numbers of at most 24 characters, and what is around them. */
const bytesOfText = 128 * 1024;
const triesOfQuestion = 2;
/** Milliseconds that passages wait for their provider, in all, and before their second try where it does not say. */
const passagesPatienceMs = 120_000;
const firstPauseMs = 500;
/** A text that is refused at this length is refused for good. */
const shortestHalved = 500;
/** Counts beyond this are no counts. */
const mostTokens = 10_000_000;

export interface EmbeddingsEndpointOptions {
  readonly modelId: string;
  /** The provider's name for the model. */
  readonly model: string;
  /** Before `/embeddings`. */
  readonly baseUrl: string;
  readonly apiKey: string | undefined;
  readonly price: string;
  /** Milliseconds of one request. */
  readonly timeoutMs: number;
}

/** The provider does not take these texts: too many, or too long. */
class TextsRefused extends EmbeddingFault {}

/** From `Retry-After`, in seconds or as a date; in milliseconds. */
const retryAfterOf = (response: Response): number | undefined => {
  const value = response.headers.get('retry-after');
  if (value === null) return undefined;
  const ms = Number(value) >= 0 ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
};

/** Texts may be at fault where the status says so, and OpenAI's says only that the request is. */
const faultOf = (response: Response): EmbeddingFault => {
  const { status } = response;
  const cause = new Error(`status ${status}`);
  if (status === 400 || status === 413 || status === 422) return new TextsRefused('REFUSED', { cause });
  const mayRetry = status === 429 || status >= 500;
  return new EmbeddingFault('REFUSED', { mayRetry, retryAfterMs: retryAfterOf(response), cause });
};

const join = (one: Embedded, other: Embedded): Embedded => {
  if (one.vectors[0]?.length !== other.vectors[0]?.length) throw new EmbeddingFault('UNREADABLE');
  return { vectors: [...one.vectors, ...other.vectors], tokens: one.tokens + other.tokens };
};

const parse = (text: string, count: number): Embedded => {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    throw new EmbeddingFault('UNREADABLE', { cause });
  }
  const parsed = responseSchema.safeParse(body);
  if (!parsed.success || parsed.data.data.length !== count) throw new EmbeddingFault('UNREADABLE');
  const vectors: (Float32Array | undefined)[] = Array.from({ length: count });
  for (const [place, { index = place, embedding }] of parsed.data.data.entries())
    vectors[index] = normalised(embedding);
  const [first] = vectors;
  const whole = vectors.filter((vector) => vector !== undefined && vector.length === first?.length);
  if (whole.length !== count || vectors.length !== count) throw new EmbeddingFault('UNREADABLE');
  const tokens = Math.min(mostTokens, Math.round(parsed.data.usage?.total_tokens ?? 0));
  return { vectors: whole.filter((vector) => vector !== undefined), tokens };
};

export const createEmbeddingsEndpoint = (options: EmbeddingsEndpointOptions): Embedder => {
  const { modelId, model, baseUrl, apiKey, price, timeoutMs } = options;

  const request = async (texts: readonly string[], signal: AbortSignal): Promise<Embedded> => {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const response = await fetch(`${baseUrl}/embeddings`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        },
        body: JSON.stringify({ model, input: texts, encoding_format: 'float' }),
        redirect: 'error',
        signal: deadline,
      });
      if (!response.ok) {
        await response.body?.cancel();
        throw faultOf(response);
      }
      const unreadable = () => new EmbeddingFault('UNREADABLE');
      return parse(await readBoundedText(response, texts.length * bytesOfText, unreadable), texts.length);
    } catch (cause) {
      if (cause instanceof EmbeddingFault) throw cause;
      throw new EmbeddingFault(deadline.aborted ? 'TIMEOUT' : 'UNREACHABLE', { cause });
    }
  };

  /** Milliseconds before the next try; undefined where there is none. */
  const pauseAfter = (
    fault: unknown,
    {
      purpose,
      tries,
      waitedMs,
    }: { readonly purpose: EmbeddingPurpose; readonly tries: number; readonly waitedMs: number },
  ): number | undefined => {
    if (!(fault instanceof EmbeddingFault) || !fault.mayRetry || fault.reason === 'TIMEOUT') return undefined;
    if (purpose === 'QUESTION') return tries < triesOfQuestion && !fault.retryAfterMs ? 0 : undefined;
    const pauseMs = fault.retryAfterMs ?? firstPauseMs * 2 ** (tries - 1);
    return waitedMs + pauseMs <= passagesPatienceMs ? pauseMs : undefined;
  };

  const patiently = async (texts: readonly string[], purpose: EmbeddingPurpose, signal: AbortSignal) => {
    let waitedMs = 0;
    for (let tries = 1; ; tries += 1) {
      try {
        return await request(texts, signal);
      } catch (fault) {
        const pauseMs = pauseAfter(fault, { purpose, tries, waitedMs });
        if (pauseMs === undefined || signal.aborted) throw fault;
        waitedMs += pauseMs;
        await sleep(pauseMs, undefined, { signal }).catch(() => Promise.reject(fault));
      }
    }
  };

  const inHalves = async (
    texts: readonly string[],
    purpose: EmbeddingPurpose,
    signal: AbortSignal,
  ): Promise<Embedded> => {
    try {
      return await patiently(texts, purpose, signal);
    } catch (fault) {
      if (!(fault instanceof TextsRefused)) throw fault;
      const [text = ''] = texts;
      if (texts.length === 1 && text.length <= shortestHalved) throw fault;
      if (texts.length === 1) return inHalves([text.slice(0, text.length / 2).toWellFormed()], purpose, signal);
      const middle = Math.ceil(texts.length / 2);
      const first = await inHalves(texts.slice(0, middle), purpose, signal);
      return join(first, await inHalves(texts.slice(middle), purpose, signal));
    }
  };

  return {
    modelId,
    price,
    rankWeight: 1,
    async embed(texts, purpose, signal) {
      if (texts.length === 0) return { vectors: [], tokens: 0 };
      // Masked before it is cut, because a part of a value is not found. Some servers refuse an empty text.
      const bounded = texts.map((text) => maskValues(text).slice(0, longestText).toWellFormed().trim() || '.');
      return inHalves(bounded, purpose, signal);
    },
  };
};
