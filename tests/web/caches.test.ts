/** Caches in the console: a policy that keeps replies, a curated reply, what was saved; and the mark in the chat. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { until } from '#tests/support/until.ts';
import { finished, send } from '#tests/support/web-stand.ts';
import { type ConsoleStand, confirm, openConsoleStand, said, visit } from './console-stand.ts';

let stand: ConsoleStand;
beforeAll(async () => {
  stand = await openConsoleStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

const policyShape = z.object({
  routingPolicies: z.array(
    z.object({
      requestCacheSeconds: z.number().nullable(),
      similarCacheSeconds: z.number().nullable(),
      usesCuratedReplies: z.boolean(),
      cacheShare: z.string(),
    }),
  ),
});
const reportShape = z.object({
  usageReport: z.object({ totals: z.object({ savings: z.array(z.object({ hits: z.number() })) }) }),
});
const reportQuery = `query Report($range: UsageRangeInput!) {
  usageReport(range: $range, groupBy: DAY) { totals { savings { hits } } }
}`;
const storedPolicy = async () => {
  const query = '{ routingPolicies { requestCacheSeconds similarCacheSeconds usesCuratedReplies cacheShare } }';
  return (await stand.ada.query(policyShape, query)).routingPolicies[0];
};

test('an administrator switches caches on, curates a reply, sees what it saved, and the chat marks it', async () => {
  await using page = await stand.open('');
  await visit(page, '/routing', 'Routing policies');
  const policy = page.getByRole('form', { name: 'Policy', exact: true });
  await policy.getByLabel('Name').fill('kept');
  await policy.getByLabel('Keep replies for equal requests').fill('60');
  await policy.getByLabel('Kept replies are for').selectOption('TENANT');
  await policy.getByRole('checkbox', { name: 'Serve curated replies' }).check();
  await policy.getByRole('checkbox', { name: 'Default of the tenant' }).check();
  await policy.getByRole('button', { name: 'Save' }).click();
  await said(page, 'The policy kept is saved.');
  const stored = {
    ...{ requestCacheSeconds: 60, similarCacheSeconds: null, usesCuratedReplies: true, cacheShare: 'TENANT' },
  };
  expect(await storedPolicy()).toEqual(stored);
  // What nobody touches stays as it is.
  await page.getByRole('button', { name: 'Edit kept' }).click();
  await policy.getByLabel('Description').fill('Keeps.');
  await policy.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Keeps.').first().waitFor();
  expect(await storedPolicy()).toEqual(stored);

  // Whoever types before the list is there keeps what was typed.
  const typed = Promise.withResolvers<void>();
  const isList = (text: string | null) => text?.includes('query Caches') === true;
  await page.route('**/graphql', async (route) => {
    if (isList(route.request().postData())) await typed.promise;
    await route.fallback();
  });
  await visit(page, '/caches', 'Caches');
  const form = page.getByRole('form', { name: 'Curated replies' });
  await form.getByLabel('Questions').fill('What is the price of the large model?\nHow much is the large model?');
  await form.getByLabel('Reply').fill('It costs **5 euros**.');
  typed.resolve();
  await page.getByText('No curated reply.').waitFor();
  await page.unroute('**/graphql');
  await form.getByRole('button', { name: 'Save' }).click();
  await said(page, 'The curated reply is saved.');
  await page.getByRole('cell', { name: /^What is the price of the large model/ }).waitFor();

  await page.goto(new URL('/', page.url()).href);
  await send(page, 'Could you tell me the price of the large model, please?');
  await page.waitForURL('**/c/*');
  await finished(page).getByText('It costs 5 euros.').waitFor();
  await finished(page).getByText('Answered from the cache').waitFor();
  const range = { from: new Date(Date.now() - 86_400_000), to: new Date(Date.now() + 86_400_000) };
  await until(
    () => stand.ada.query(reportShape, reportQuery, { range }),
    ({ usageReport }) => usageReport.totals.savings.some(({ hits }) => hits === 1),
  );

  await visit(page, '/caches', 'Caches');
  await page.getByText(/^1 of 1 in 30 days, .* saved$/).waitFor();
  await page.getByRole('button', { name: 'Clear the caches' }).click();
  await confirm(page, 'Clear the caches');
  await said(page, 'The caches are empty.');
  await page.getByRole('button', { name: /^Delete What is the price/ }).click();
  await confirm(page, 'Delete');
  await page.getByText('No curated reply.').waitFor();
  expect(page.complaints).toEqual([]);
});
