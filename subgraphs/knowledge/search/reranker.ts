/**
 * A model that puts passages in order by reading each together with the question, behind a `/rerank` endpoint as
 * Cohere, Jina, vLLM and Text Embeddings Inference serve it. Invariants: no address, number or key of people is sent,
 * but placeholders, the same ones in the question and in the passages; a request has a deadline and a bounded
 * response, follows no redirect and is made once; what comes back is a finite score for each of some passages, each
 * named once, or nothing at all; an endpoint that has failed several times in a row is left alone for a while.
 */
import { z } from 'zod';
import { createPlaceholders } from '#contracts/pii/placeholders.ts';
import { readBoundedText } from '#kernel/bounded-text.ts';
import type { Logger } from '#kernel/log.ts';

export const rerankEnvironment = {
  RERANK_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'A rerank endpoint, such as https://api.cohere.com/v2/rerank, that puts the passages of a search in order: it gets questions and passages, with placeholders for addresses, numbers and keys of people. Not set: the places in the lanes decide.',
    ),
  RERANK_MODEL: z.string().optional().describe('The model that is named to it. Not set: none, for a server with one.'),
  RERANK_API_KEY: z.string().optional().describe('Sent to it as a bearer token.'),
  RERANK_FORMAT: z
    .enum(['documents', 'texts'])
    .default('documents')
    .describe(
      'What its requests call the passages: documents (Cohere, Jina, vLLM) or texts (Text Embeddings Inference).',
    ),
  RERANK_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(1)
    .max(5_000)
    .default(400)
    .describe('Milliseconds within which it has to respond. Somebody waits for the search.'),
};
export type RerankConfig = z.infer<z.ZodObject<typeof rerankEnvironment>>;

/** A score for the text at each place; those without one are not named. */
export type Scores = ReadonlyMap<number, number>;

export interface Reranker {
  /** Passages that are compared at most. */
  readonly mostTexts: number;
  /** Undefined where there is no usable response in time. Never rejects. */
  rank(question: string, texts: readonly string[]): Promise<Scores | undefined>;
}

/** Passages of one request, and characters of each and of the question, of which the end is asked. */
const mostTexts = 32;
const [longestText, longestQuestion] = [2_400, 4_000];
/** Bytes of a response, in which some servers repeat the passages. */
const mostBytes = 1_048_576;
/** Faults in a row after which it is left alone, and for how long. */
const mostFaults = 3;
const restMs = 30_000;

const namedScore = z.union([
  z.object({ index: z.int().min(0), relevance_score: z.number() }).transform((one) => [one.index, one.relevance_score]),
  z.object({ index: z.int().min(0), score: z.number() }).transform((one) => [one.index, one.score]),
]);
const scoresSchema = z.array(namedScore.pipe(z.tuple([z.number(), z.number()]))).max(mostTexts);
const responseSchema = z.union([scoresSchema, z.object({ results: scoresSchema }).transform(({ results }) => results)]);

const tooLong = (): Error => new Error(`the response has more than ${mostBytes} bytes`);

/** Throws where a score is of no text, or a text has two. */
const parse = (body: string, count: number): Scores => {
  const scores = new Map<number, number>();
  for (const [index, score] of responseSchema.parse(JSON.parse(body))) {
    if (index >= count || scores.has(index)) throw new Error(`the response names passage ${index} of ${count}`);
    scores.set(index, score);
  }
  if (scores.size === 0) throw new Error('the response names no passage');
  return scores;
};

/**
 * Undefined where none is set up.
 * @param rest milliseconds for which a failing endpoint is left alone
 */
export const createReranker = (config: RerankConfig, logger: Logger, rest = restMs): Reranker | undefined => {
  const { RERANK_URL: url, RERANK_MODEL: model, RERANK_API_KEY: apiKey } = config;
  if (url === undefined) return undefined;
  let faults = 0;
  let restsUntil = 0;

  const request = async (question: string, texts: readonly string[]): Promise<Scores> => {
    const { mask } = createPlaceholders();
    // Masked before they are cut, because a part of a value is not found.
    const query = mask(question).slice(-longestQuestion).toWellFormed();
    const passages = texts.map((text) => mask(text).slice(0, longestText).toWellFormed());
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify({
        ...(model === undefined ? {} : { model }),
        query,
        ...(config.RERANK_FORMAT === 'texts' ? { texts: passages } : { documents: passages, top_n: passages.length }),
      }),
      redirect: 'error',
      signal: AbortSignal.timeout(config.RERANK_TIMEOUT_MS),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`status ${response.status}`);
    }
    return parse(await readBoundedText(response, mostBytes, tooLong), passages.length);
  };

  return {
    mostTexts,
    async rank(question, texts) {
      if (texts.length === 0 || performance.now() < restsUntil) return undefined;
      try {
        const scores = await request(question, texts.slice(0, mostTexts));
        faults = 0;
        return scores;
      } catch (err) {
        faults += 1;
        if (faults >= mostFaults) restsUntil = performance.now() + rest;
        logger.warn({ err, faults }, 'passages stay in the order of their lanes: the rerank endpoint failed');
        return undefined;
      }
    },
  };
};
