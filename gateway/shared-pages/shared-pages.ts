/**
 * The pages of shared conversations, at `/s/<token>`, as a plug-in of the gateway: conversations makes them, without
 * scripts, and whoever has the link reads them without a sign-in. Invariant: nothing keeps a page, because a share can
 * end at any time, and a link that leads nowhere says nothing but that.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { AppError } from '#kernel/errors.ts';
import { createIdentitySigner } from '#kernel/identity.ts';
import type { TokenBucket } from '#kernel/limiter/limiter.ts';
import type { Logger } from '#kernel/log.ts';
import { createSubgraphClient } from '#kernel/subgraph-client/subgraph-client.ts';
import { createAddressBuckets } from '../authentication/address-buckets.ts';
import { nobody } from '../authentication/authenticator.ts';
import type { Mount } from '../http/routes.ts';
import { createAddressOf } from '../limits/client-address.ts';

export interface SharedPagesOptions {
  /** The conversations subgraph, `http://host:port/graphql`. */
  readonly conversationsUrl: string;
  /** Shared with it. */
  readonly identitySecret: string;
  /** Header in which a proxy sends the client's address. */
  readonly addressHeader: string | undefined;
  readonly logger: Logger;
  /** Pages that an address may read. Default: 60 at once, one a second. */
  readonly visits?: TokenBucket;
}

const path = '/s';
const defaultVisits: TokenBucket = { capacity: 60, refillPerSecond: 1 };
/** Milliseconds that conversations has for a page. */
const deadlineMs = 5_000;

const query = `query SharedPage($token: String!, $language: String!, $page: Int!) {
  sharedPage(token: $token, language: $language, page: $page) { isFound html policy }
}`;
const resultSchema = z.object({
  sharedPage: z.object({ isFound: z.boolean(), html: z.string(), policy: z.string() }),
});

/** What a path and a header may say of a page; longer ones are no links of ours. */
const maxPathLength = 200;
const pageOf = (search: string): number => {
  const page = Number(new URLSearchParams(search).get('page') ?? '1');
  return Number.isSafeInteger(page) && page >= 1 && page <= 1_000 ? page : 1;
};

const sentences = {
  limited: {
    en: 'Too many pages were read from this address. Wait a moment.',
    de: 'Von dieser Adresse wurden zu viele Seiten gelesen. Bitte warten Sie einen Moment.',
  },
  away: {
    en: 'The page cannot be shown at the moment. Try again shortly.',
    de: 'Die Seite kann gerade nicht angezeigt werden. Bitte versuchen Sie es gleich noch einmal.',
  },
} as const;

const headers = { 'cache-control': 'no-store', 'x-robots-tag': 'noindex, nofollow' };

export interface SharedPages extends AsyncDisposable {
  /** For the gateway's mounts. */
  readonly mount: Mount;
}

export const openSharedPages = (options: SharedPagesOptions): SharedPages => {
  const { conversationsUrl, identitySecret, logger } = options;
  const conversations = createSubgraphClient('gateway', conversationsUrl, createIdentitySigner(identitySecret));
  const addressOf = createAddressOf(options.addressHeader);
  const visits = createAddressBuckets(options.visits ?? defaultVisits);

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method, url = '' } = request;
    const language = (request.headers['accept-language'] ?? 'en').slice(0, 35).trim();
    const say = (status: number, sentence: keyof typeof sentences, more: Readonly<Record<string, string>>): void => {
      const text = sentences[sentence][/^de\b/i.test(language) ? 'de' : 'en'];
      response.writeHead(status, { ...headers, 'content-type': 'text/plain; charset=utf-8', ...more });
      response.end(method === 'HEAD' ? undefined : `${text}\n`);
    };
    if (method !== 'GET' && method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD', 'content-type': 'text/plain' }).end('Pages are read with GET.\n');
      return;
    }
    const address = addressOf(request);
    const waitMs = visits.waitOf(address);
    if (waitMs > 0) {
      say(429, 'limited', { 'retry-after': String(Math.ceil(waitMs / 1000)) });
      return;
    }
    visits.take(address);
    const [asked = '', search = ''] = url.length > maxPathLength ? [] : url.split('?', 2);
    const variables = { token: asked.slice(`${path}/`.length), language, page: pageOf(search) };
    try {
      const call = { identity: nobody, query, variables, data: resultSchema, deadlineMs };
      const { isFound, html, policy } = (await conversations.call(call)).sharedPage;
      const type = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy };
      response.writeHead(isFound ? 200 : 404, { ...headers, ...type, 'content-length': Buffer.byteLength(html) });
      response.end(method === 'HEAD' ? undefined : html);
    } catch (err) {
      if (!(err instanceof AppError)) throw err;
      logger.warn({ err }, 'a shared page cannot be made');
      say(503, 'away', { 'retry-after': '5' });
    }
  };
  return { mount: { path, handle }, [Symbol.asyncDispose]: () => conversations[Symbol.asyncDispose]() };
};
