/**
 * The provider of the cost run: an HTTP server of chat completions that counts what it is asked, by model, and bills it
 * by its price list. It caches the beginnings of prompts as OpenAI describes its own cache: from 1,024 tokens on, in
 * steps of 128; here only whole messages match. A question for a fact is replied to with the fact where the prompt has
 * it, so a fact that was cut away is missed.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { textOf } from '#tests/scripted-provider/script.ts';
import { summaryScript } from '#tests/scripted-provider/summary-script.ts';
import { countO200kTokens } from '../../inference-workers/prompt/count-tokens.ts';

/** USD per million tokens, as their provider lists them. */
export const prices = {
  'gpt-4.1': { input: 2, cachedInput: 0.5, output: 8 },
  'gpt-4.1-mini': { input: 0.4, cachedInput: 0.1, output: 1.6 },
  'gpt-4o-mini': { input: 0.15, cachedInput: 0.075, output: 0.6 },
} as const;
export type PricedModel = keyof typeof prices;

export interface PricedProvider extends AsyncDisposable {
  readonly baseUrl: string;
  /** What all requests cost, by the provider's own count. */
  readonly billedUsd: number;
  /** The models that each question was asked. */
  modelsOf(question: string): ReadonlySet<string>;
}

const requestSchema = z.looseObject({
  model: z.enum(['gpt-4.1', 'gpt-4.1-mini', 'gpt-4o-mini']),
  messages: z.array(z.looseObject({ role: z.string(), content: z.string() })),
});
type Request = z.infer<typeof requestSchema>;

const [leastCached, cacheStep] = [1_024, 128];
/** Tokens that a message has beside its text, as OpenAI counts them. */
const tokensPerMessage = 4;

const readBody = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
};

/** Words of a reply: longer for longer and harder questions, the same for the same question. */
const lengthOf = (question: string): number => {
  const byte = createHash('sha256').update(question).digest()[0] ?? 0;
  return (question.includes('```') ? 250 : 100) + (byte % 140);
};

const replyTo = (request: Request): string => {
  const summary = summaryScript(request);
  if (summary !== undefined) return summary.texts.join('');
  const question = request.messages.at(-1)?.content ?? '';
  const [, name] = /^What is the name of the (\w+)\?/.exec(question) ?? [];
  if (name === undefined) return textOf(lengthOf(question));
  const said = request.messages.map(({ content }) => content).join('\n');
  const [fact] = new RegExp(`fact-${name}-\\d+`).exec(said) ?? [];
  return fact === undefined ? 'I do not know it.' : `It is ${fact}.`;
};

const createPrefixCache = () => {
  const known = new Set<string>();
  return {
    /** Tokens at the beginning of the prompt that an earlier prompt of the model had too; remembers this one. */
    take({ model, messages }: Request, tokens: readonly number[]): number {
      const hash = createHash('sha256').update(model);
      let [total, cached] = [0, 0];
      messages.forEach(({ role, content }, index) => {
        hash.update(JSON.stringify([role, content]));
        total += tokens[index] ?? 0;
        const key = hash.copy().digest('base64');
        if (known.has(key)) cached = total;
        known.add(key);
      });
      return cached < leastCached ? 0 : Math.floor(cached / cacheStep) * cacheStep;
    },
  };
};

const event = (body: object): string =>
  `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', ...body })}\n\n`;

const sendReply = (response: ServerResponse, text: string, usage: object): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(event({ choices: [{ index: 0, delta: { role: 'assistant', content: text }, finish_reason: null }] }));
  response.write(event({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }));
  response.end(`${event({ choices: [], usage })}data: [DONE]\n\n`);
};

export const startPricedProvider = async (cachesPrefixes: boolean): Promise<PricedProvider> => {
  const asked = new Map<string, Set<string>>();
  const cache = createPrefixCache();
  let billedUsd = 0;

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = requestSchema.parse(JSON.parse(await readBody(request)));
    const question = body.messages.at(-1)?.content ?? '';
    asked.set(question, (asked.get(question) ?? new Set()).add(body.model));
    const tokens = body.messages.map(({ content }) => tokensPerMessage + countO200kTokens(content));
    const prompt = tokens.reduce((sum, one) => sum + one, 0);
    const cached = cachesPrefixes ? cache.take(body, tokens) : 0;
    const text = replyTo(body);
    const completion = countO200kTokens(text);
    const price = prices[body.model];
    billedUsd += ((prompt - cached) * price.input + cached * price.cachedInput + completion * price.output) / 1e6;
    sendReply(response, text, {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
      prompt_tokens_details: { cached_tokens: cached },
    });
  };

  const server = createServer({ noDelay: true }, (request, response) => {
    respond(request, response).catch((fault: unknown) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: String(fault), type: 'invalid_request_error' } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // A TCP server that listens has one.
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    get billedUsd() {
      return billedUsd;
    },
    modelsOf: (question) => asked.get(question) ?? new Set(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
