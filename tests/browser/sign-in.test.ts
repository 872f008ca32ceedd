/** Signing in with a real browser, which decides by itself about redirects, cookies and what it says of its pages. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { startChromium } from '#tests/support/chromium.ts';
import { findUser } from '#tests/support/parlance.ts';
import { startStandalone } from '#tests/support/standalone-process.ts';

const { user: ada } = findUser('ada');

/** What a page of ours gets over each transport. */
const askInPage = (page: Page): Promise<unknown[]> =>
  page.evaluate(async () => {
    const query = '{ viewer { id } }';
    const headers = { 'content-type': 'application/json', 'x-parlance-session': '1' };
    const response = await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify({ query }) });
    const source = new EventSource(`/graphql?${new URLSearchParams({ query })}`);
    const event = new Promise((resolve, reject) => {
      source.addEventListener('next', ({ data }) => resolve(JSON.parse(data)));
      source.addEventListener('error', () => reject(new Error('no stream')));
    });
    const socket = new WebSocket(`ws://${location.host}/graphql`, 'graphql-transport-ws');
    const message = new Promise((resolve, reject) => {
      socket.onopen = () => socket.send('{"type":"connection_init"}');
      socket.onclose = ({ code, reason }) => reject(new Error(`${code} ${reason}`));
      socket.onmessage = ({ data }) => {
        const { type, payload } = JSON.parse(data);
        if (type === 'connection_ack') socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
        if (type === 'next') resolve(payload);
      };
    });
    const results = [await response.json(), await event, await message];
    source.close();
    socket.onclose = null;
    socket.close();
    return results;
  });

test('a person signs in by a click, and the page asks over every transport without a token', async () => {
  await using parlance = await startStandalone();
  const { origin, port } = new URL(parlance.url);
  const browser = await startChromium();
  await using _closing = { [Symbol.asyncDispose]: () => browser.close() };
  const page = await browser.newPage();
  // Another name of this machine: the sign-in takes place under the one that the cookie is for.
  await page.goto(`http://localhost:${port}/auth/sign-in?returnTo=/explorer`);
  await page.getByRole('button', { name: 'Ada' }).click();
  await page.waitForURL(`${origin}/explorer`);
  const viewer = { data: { viewer: { id: ada.id } } };
  expect(await askInPage(page)).toEqual([viewer, viewer, viewer]);
  expect(await page.evaluate(() => document.cookie)).toBe('');

  const left = await page.evaluate(async () => {
    const response = await fetch('/auth/sign-out', { method: 'POST', headers: { 'x-parlance-session': '1' } });
    return (await response.json()).redirectTo;
  });
  // The issuer's page sends its form by itself.
  await page.goto(String(left), { waitUntil: 'commit' });
  await page.waitForURL((url) => !url.pathname.startsWith('/issuer'));
  await page.goto(`${origin}/explorer`);
  const refused = await page.evaluate(async () => (await fetch('/auth/session')).status);
  expect(refused).toBe(401);
  await page.goto(`${origin}/auth/sign-in`);
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Who are you?');
  await page.getByRole('button', { name: 'Do not sign in' }).click();
  await page.getByText('you decided not to sign in').waitFor();
  expect(await page.getByRole('link', { name: 'Try again' }).getAttribute('href')).toBe('/auth/sign-in?returnTo=%2F');
});
