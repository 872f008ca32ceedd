/**
 * The pages of shared conversations, at `/s/<token>`, and their files, at `/s/<token>/files/<place>`, as a plug-in of
 * the gateway: conversations makes the pages, without scripts, and says where the bytes of a file are. Whoever has the
 * link reads them without a sign-in. Invariant: nothing keeps a page or the way to a file, because a share can end at
 * any time, and a link that leads nowhere says nothing but that.
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
  /** Files that an address may load. Default: 200 at once, five a second. */
  readonly downloads?: TokenBucket;
}

const path = '/s';
const defaultVisits: TokenBucket = { capacity: 60, refillPerSecond: 1 };
/** A page may show many pictures. */
const defaultDownloads: TokenBucket = { capacity: 200, refillPerSecond: 5 };
/** Milliseconds that conversations has for a page. */
const deadlineMs = 5_000;

const query = `query SharedPage($token: String!, $language: String!, $page: Int!) {
  sharedPage(token: $token, language: $language, page: $page) { isFound html policy }
}`;
const resultSchema = z.object({
  sharedPage: z.object({ isFound: z.boolean(), html: z.string(), policy: z.string() }),
});

const linkQuery = `query SharedFileLink($token: String!, $place: String!, $preview: Boolean!) {
  sharedFileLink(token: $token, place: $place, preview: $preview)
}`;
const linkSchema = z.object({ sharedFileLink: z.string().nullable() });
const filePath = /^([^/]+)\/files\/([\d-]{3,8})$/;

/** What a path and a header may say of a page; longer ones are no links of ours. */
const maxPathLength = 200;
const pageOf = (search: string): number => {
  const page = Number(new URLSearchParams(search).get('page') ?? '1');
  return Number.isSafeInteger(page) && page >= 1 && page <= 1_000 ? page : 1;
};

const sentences = {
  gone: {
    en: 'There is no such file, or it is no longer shared.',
    de: 'Diese Datei gibt es nicht, oder sie wird nicht mehr geteilt.',
  },
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

/** One request, and how it is responded to. */
interface Visit {
  readonly language: string;
  readonly search: string;
  readonly isHead: boolean;
  readonly response: ServerResponse;
  readonly say: (status: number, sentence: keyof typeof sentences, more: Readonly<Record<string, string>>) => void;
}

export interface SharedPages extends AsyncDisposable {
  /** For the gateway's mounts. */
  readonly mount: Mount;
}

export const openSharedPages = (options: SharedPagesOptions): SharedPages => {
  const { conversationsUrl, identitySecret, logger } = options;
  const conversations = createSubgraphClient('gateway', conversationsUrl, createIdentitySigner(identitySecret));
  const addressOf = createAddressOf(options.addressHeader);
  const visits = createAddressBuckets(options.visits ?? defaultVisits);
  const downloads = createAddressBuckets(options.downloads ?? defaultDownloads);

  const showPage = async (token: string, { language, search, isHead, response }: Visit): Promise<void> => {
    const call = { identity: nobody, query, variables: { token, language, page: pageOf(search) }, data: resultSchema };
    const { isFound, html, policy } = (await conversations.call({ ...call, deadlineMs })).sharedPage;
    const type = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy };
    response.writeHead(isFound ? 200 : 404, { ...headers, ...type, 'content-length': Buffer.byteLength(html) });
    response.end(isHead ? undefined : html);
  };
  const leadToFile = async (token: string, place: string, { search, response, say }: Visit): Promise<void> => {
    const variables = { token, place, preview: new URLSearchParams(search).has('preview') };
    const call = { identity: nobody, query: linkQuery, variables, data: linkSchema, deadlineMs };
    const { sharedFileLink } = await conversations.call(call);
    if (sharedFileLink === null) say(404, 'gone', {});
    else response.writeHead(302, { ...headers, location: sharedFileLink, 'referrer-policy': 'no-referrer' }).end();
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method, url = '' } = request;
    const isHead = method === 'HEAD';
    const language = (request.headers['accept-language'] ?? 'en').slice(0, 35).trim();
    const say: Visit['say'] = (status, sentence, more) => {
      const text = sentences[sentence][/^de\b/i.test(language) ? 'de' : 'en'];
      response.writeHead(status, { ...headers, 'content-type': 'text/plain; charset=utf-8', ...more });
      response.end(isHead ? undefined : `${text}\n`);
    };
    if (method !== 'GET' && !isHead) {
      response.writeHead(405, { allow: 'GET, HEAD', 'content-type': 'text/plain' }).end('Pages are read with GET.\n');
      return;
    }
    const [asked = '', search = ''] = url.length > maxPathLength ? [] : url.split('?', 2);
    const name = asked.slice(`${path}/`.length);
    const [, token, place] = filePath.exec(name) ?? [];
    const bucket = place === undefined ? visits : downloads;
    const address = addressOf(request);
    const waitMs = bucket.waitOf(address);
    if (waitMs > 0) {
      say(429, 'limited', { 'retry-after': String(Math.ceil(waitMs / 1000)) });
      return;
    }
    bucket.take(address);
    const visit: Visit = { language, search, isHead, response, say };
    try {
      if (token === undefined || place === undefined) await showPage(name, visit);
      else await leadToFile(token, place, visit);
    } catch (err) {
      if (!(err instanceof AppError)) throw err;
      logger.warn({ err }, 'a shared page cannot be made');
      say(503, 'away', { 'retry-after': '5' });
    }
  };
  return { mount: { path, handle }, [Symbol.asyncDispose]: () => conversations[Symbol.asyncDispose]() };
};
