/**
 * An embedder behind OpenAI's `/embeddings`. Invariants: a request has a deadline and a bounded response, follows no
 * redirect, and is tried once more after a fault of the connection; what comes back is one vector of the same bounded
 * dimension for each text, or a fault.
 */
import { z } from 'zod';
import { type Embedded, type Embedder, EmbeddingFault, longestText, mostDimensions, normalised } from './embedder.ts';

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
const triesAtMost = 2;
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

const readBounded = async (response: Response, most: number): Promise<string> => {
  const decoder = new TextDecoder();
  let [text, bytes] = ['', 0];
  for await (const piece of response.body ?? []) {
    bytes += piece.byteLength;
    if (bytes > most) throw new EmbeddingFault('UNREADABLE');
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
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
        const mayRetry = response.status === 429 || response.status >= 500;
        throw new EmbeddingFault('REFUSED', { mayRetry, cause: new Error(`status ${response.status}`) });
      }
      return parse(await readBounded(response, texts.length * bytesOfText), texts.length);
    } catch (cause) {
      if (cause instanceof EmbeddingFault) throw cause;
      throw new EmbeddingFault(deadline.aborted ? 'TIMEOUT' : 'UNREACHABLE', { cause });
    }
  };

  return {
    modelId,
    price,
    rankWeight: 1,
    async embed(texts, _purpose, signal) {
      if (texts.length === 0) return { vectors: [], tokens: 0 };
      // Some servers refuse an empty text.
      const bounded = texts.map((text) => text.slice(0, longestText).toWellFormed().trim() || '.');
      for (let tries = 1; ; tries += 1) {
        try {
          return await request(bounded, signal);
        } catch (fault) {
          const again = fault instanceof EmbeddingFault && fault.mayRetry && fault.reason !== 'TIMEOUT';
          if (!again || tries === triesAtMost || signal.aborted) throw fault;
        }
      }
    },
  };
};
