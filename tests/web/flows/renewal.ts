/** Two tabs of one browser whose access token has run out while they were away, and which come back at one moment. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findUser } from '#tests/support/parlance.ts';
import { until } from '#tests/support/until.ts';
import { running, send, type WebStand } from '#tests/support/web-stand.ts';
import { accessTokenSeconds } from '../stand-of-file.ts';

const { user: bob } = findUser('bob');

const storeSchema = z.array(
  z.tuple([
    z.string(),
    z.looseObject({ kind: z.string(), payload: z.looseObject({ accountId: z.string().optional() }) }),
  ]),
);
const tokenSchema = z.object({ iat: z.number(), grantId: z.string(), consumed: z.number().optional() });

/** The refresh tokens of Bob's latest sign-in as the issuer keeps them: each refresh uses one up and makes the next. */
const refreshTokens = async (dataDirectory: string): Promise<z.infer<typeof tokenSchema>[]> => {
  const store = storeSchema.parse(JSON.parse(await readFile(join(dataDirectory, 'issuer', 'sign-ins.json'), 'utf8')));
  const tokens = store
    .filter(([, { kind, payload }]) => kind === 'RefreshToken' && payload.accountId === bob.id)
    .map(([, { payload }]) => tokenSchema.parse(payload))
    .sort((one, other) => one.iat - other.iat);
  return tokens.filter(({ grantId }) => grantId === tokens.at(-1)?.grantId);
};

const hasRunOut = (issuedAt: number): boolean => Date.now() > (issuedAt + accessTokenSeconds) * 1000;
const textLength = async (page: Page): Promise<number> => ((await running(page).textContent()) ?? '').length;
const grown = (page: Page, length: number) =>
  page.waitForFunction(
    (former) => (document.querySelector('article[aria-busy="true"]')?.textContent?.length ?? 0) > former + 100,
    length,
  );

/** Statuses of requests that need a valid access token. */
const askAtOnce = (page: Page): Promise<number[]> =>
  page.evaluate(() => {
    const headers = { 'content-type': 'application/json', 'x-parlance-session': '1' };
    const request = { method: 'POST', headers, body: JSON.stringify({ query: '{ viewer { id } }' }) };
    return Promise.all(Array.from({ length: 3 }, async () => (await fetch('/graphql', request)).status));
  });

export const renewalFlows = (stand: () => WebStand): void => {
  test('two tabs renew at once what has run out with one refresh at the issuer, and the streams of both go on', async () => {
    const { door, parlance, origin } = stand();
    // Each gateway, where there are two, has requests of both tabs.
    door.choose('in turn');
    await using page = await stand().open({ user: 'Bob' });
    const other = await page.context().newPage();
    await other.goto(origin);
    const tabs = [page, other];
    for (const tab of tabs) {
      await send(tab, 'script: tokens=20000 pace=20');
      await running(tab).locator('p', { hasText: 'w5' }).waitFor();
    }
    // Whoever is gone keeps nothing fresh.
    await door.refuse();
    const before = await until(
      () => refreshTokens(parlance.dataDirectory),
      (tokens) => hasRunOut(tokens.at(-1)?.iat ?? Number.POSITIVE_INFINITY),
    );
    const lengths = await Promise.all(tabs.map(textLength));
    await door.accept();
    expect(await Promise.all(tabs.map(askAtOnce))).toEqual(tabs.map(() => [200, 200, 200]));
    await Promise.all(tabs.map((tab, index) => grown(tab, lengths[index] ?? 0)));

    const after = await refreshTokens(parlance.dataDirectory);
    const renewals = after.filter(({ iat }) => iat > (before.at(-1)?.iat ?? 0));
    expect(renewals.length).toBeGreaterThan(0);
    // A token that the other tab has just fetched is renewed by nobody: later refreshes are those of its own end.
    const gaps = renewals.slice(1).map(({ iat }, index) => iat - (renewals[index]?.iat ?? 0));
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(accessTokenSeconds / 2);
    expect(after.filter(({ consumed }) => consumed === undefined)).toHaveLength(1);

    for (const tab of tabs) {
      expect(await tab.getByRole('link', { name: 'Sign in' }).count()).toBe(0);
      await tab.getByRole('button', { name: 'Stop the reply' }).click();
      await tab.locator('article[aria-busy="false"]').getByText('Stopped.').waitFor();
    }
    door.choose('first');
    expect(page.complaints).toEqual([]);
  }, 120_000);
};
