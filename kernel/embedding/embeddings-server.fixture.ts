/**
 * A server of OpenAI's `/embeddings` for tests. A vector counts the words of its text, so that texts that share words
 * are alike. Faults are given beforehand, one for each request.
 */
import { createServer, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { listen } from '../process/listen.ts';

const fixtureDimensions = 64;

/** Counts of words, each in the place that its letters give. */
const countWords = (text: string): number[] => {
  const counts = new Array<number>(fixtureDimensions).fill(0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ['.']) {
    let place = 0;
    for (const character of word) place = (place * 31 + (character.codePointAt(0) ?? 0)) % fixtureDimensions;
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return counts;
};

type Fault = (response: ServerResponse) => void;
const requestSchema = z.object({ model: z.string(), input: z.array(z.string()) });

export interface EmbeddingsServer extends AsyncDisposable {
  readonly baseUrl: string;
  readonly requests: { readonly model: string; readonly texts: readonly string[]; readonly key: string | undefined }[];
  /** Of the next requests, one after the other; undefined for one without. */
  readonly faults: (Fault | undefined)[];
  /** What it refuses beyond: texts of a request, and characters of a text. */
  mostTexts: number;
  longestText: number;
  /** Responds as it does without a fault. */
  respond(response: ServerResponse, texts: readonly string[]): void;
}

export const startEmbeddingsServer = async (): Promise<EmbeddingsServer> => {
  const requests: EmbeddingsServer['requests'] = [];
  const faults: (Fault | undefined)[] = [];
  const limits = { mostTexts: Number.POSITIVE_INFINITY, longestText: Number.POSITIVE_INFINITY };
  const respond: EmbeddingsServer['respond'] = (response, texts) => {
    // In another order, which the indexes correct.
    const data = texts.map((text, index) => ({ object: 'embedding', index, embedding: countWords(text) })).reverse();
    const tokens = texts.reduce((sum, text) => sum + text.split(' ').length, 0);
    const body = { object: 'list', data, usage: { prompt_tokens: tokens, total_tokens: tokens } };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(Buffer.from(piece));
    const { model, input } = requestSchema.parse(JSON.parse(Buffer.concat(pieces).toString()));
    requests.push({ model, texts: input, key: request.headers.authorization });
    const fault = faults.shift();
    if (fault) return fault(response);
    if (input.length > limits.mostTexts) response.writeHead(413).end();
    else if (input.some((text) => text.length > limits.longestText)) response.writeHead(400).end();
    else respond(response, input);
  });
  const listening = await listen(server, { host: '127.0.0.1', port: 0 });
  return Object.assign(limits, {
    baseUrl: `http://127.0.0.1:${listening.port}/v1`,
    ...{ requests, faults, respond },
    [Symbol.asyncDispose]: () => listening[Symbol.asyncDispose](),
  });
};
