/** The explorer asks in the name of whoever is signed in, unless a token was entered. */
import { readFile } from 'node:fs/promises';
import { runInNewContext } from 'node:vm';
import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { openWebGateways } from '../fixtures/web-gateways.fixture.ts';

test('the explorer uses the session of the browser', async () => {
  await using web = await openWebGateways();
  const browser = await web.signedIn();
  const script = await readFile(new URL('../http/explorer-fetcher.js', import.meta.url), 'utf8');
  // What a browser adds by itself to a request of a page of the same origin.
  const fetchOfPage = (url: URL, init: RequestInit) =>
    fetch(url.href.replace(new URL(web.publicUrl).origin, browser.gateway), {
      ...init,
      headers: { ...Object(init.headers), cookie: browser.cookieHeader(), 'sec-fetch-site': 'same-origin' },
    });
  const fetcher: (params: object, options: object) => Promise<unknown> = runInNewContext(
    `${script}; createExplorerFetcher('/graphql')`,
    { URL, WebSocket, fetch: fetchOfPage, location: { href: web.publicUrl } },
  );
  const query = '{ story(id: "1") { title } }';
  const options = { documentAST: parse(query), headers: { Authorization: 'Bearer <token>' } };
  expect(await fetcher({ query }, options)).toEqual({ data: { story: { title: 'Story 1' } } });
  const wrong = { ...options, headers: { Authorization: 'Bearer wrong' } };
  expect(await fetcher({ query }, wrong)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
});
