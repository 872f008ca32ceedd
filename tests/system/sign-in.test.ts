/** Signing in on web pages at the development issuer: in one process, and in separate ones with two gateways. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { sharedService } from '#tests/services/shared-services.ts';
import { startCompose } from '#tests/support/compose-processes.ts';
import { findUser } from '#tests/support/parlance.ts';
import { startStandalone } from '#tests/support/standalone-process.ts';
import { type Browser, createBrowser } from '../../gateway/fixtures/browser.fixture.ts';

const { tenant, user: ada } = findUser('ada');
const isHome = ({ pathname }: URL): boolean => pathname === '/home';

const signIn = async (browser: Browser): Promise<void> => {
  const page = await browser.follow('/auth/sign-in?returnTo=/home');
  const { url } = await browser.submit(page.url, { user: ada.id }, isHome);
  expect(url.pathname).toBe('/home');
};
const ask = async (browser: Browser, query: string): Promise<unknown> => {
  const headers = { 'content-type': 'application/json' };
  const response = await browser.fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) });
  const { data, errors } = z
    .object({ data: z.unknown(), errors: z.unknown() })
    .partial()
    .parse(await response.json());
  return errors ?? data;
};
const viewer = { viewer: { id: ada.id, role: 'ADMIN' } };
const viewerQuery = '{ viewer { id role } }';
const over = [expect.objectContaining({ extensions: expect.objectContaining({ code: 'UNAUTHENTICATED' }) })];

test('in the standalone a person signs in without any setting, and stays signed in over a restart', async () => {
  await using parlance = await startStandalone({ environment: { ACCESS_TOKEN_SECONDS: '1' } });
  const { origin } = new URL(parlance.url);
  const browser = createBrowser(origin, origin);
  await signIn(browser);
  expect(await ask(browser, viewerQuery)).toEqual(viewer);
  expect(await (await browser.fetch('/auth/session')).json()).toMatchObject({ userId: ada.id, tenantId: tenant.id });
  await parlance.crash('gateway');
  // The access token has expired by now: the restarted issuer refreshes it.
  expect(await ask(browser, viewerQuery)).toEqual(viewer);
  const other = createBrowser(origin, origin);
  await signIn(other);
  const sessions = z.object({ sessions: z.array(z.object({ id: z.string(), current: z.boolean() })) });
  const listed = sessions.parse(await ask(browser, '{ sessions { id current } }')).sessions;
  expect(listed.map(({ current }) => current)).toEqual([false, true]);
  await ask(browser, `mutation { endSession(id: "${listed[0]?.id}") { id } }`);
  expect(await ask(other, viewerQuery)).toEqual(over);
  const signedOut = z.object({ redirectTo: z.url() });
  const { redirectTo } = signedOut.parse(await (await browser.fetch('/auth/sign-out', { method: 'POST' })).json());
  const page = await browser.follow(redirectTo);
  const form = /action="([^"]+)"[\s\S]*name="xsrf" value="([^"]+)"/.exec(await page.response.text());
  const fields = { xsrf: form?.[2] ?? '', logout: 'yes' };
  const { url } = await browser.submit(new URL(form?.[1] ?? ''), fields, ({ pathname }) => pathname === '/');
  expect(url.origin).toBe(origin);
  // The issuer has forgotten the person too: it asks again.
  const again = await browser.follow('/auth/sign-in');
  expect(await again.response.text()).toContain('Who are you?');
});

test('with separate processes both gateways accept the session, and both end it', async () => {
  const [postgres, redis, rabbitmq] = await Promise.all([
    sharedService('postgres'),
    sharedService('redis'),
    sharedService('rabbitmq'),
  ]);
  await using parlance = await startCompose({ postgres, redis, rabbitmq }, { replicas: ['gateway'] });
  const [first = '', second = ''] = parlance.gatewayUrls.map((url) => new URL(url).origin);
  const browser = createBrowser(first, first);
  await signIn(browser);
  const kept = new Map(browser.cookies);
  for (const gateway of [first, second]) {
    browser.gateway = gateway;
    expect(await ask(browser, viewerQuery)).toEqual(viewer);
  }
  expect((await browser.fetch('/auth/sign-out', { method: 'POST' })).status).toBe(200);
  for (const [name, cookie] of kept) browser.cookies.set(name, cookie);
  for (const gateway of [first, second]) {
    browser.gateway = gateway;
    expect(await ask(browser, viewerQuery)).toEqual(over);
  }
});
