/** Figures, users and the tenant in the console: it shows what the API says, and what is done there is done. */
import type { Response } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { WebPage } from '#tests/support/web-stand.ts';
import { type ConsoleStand, confirm, formulaTitle, openConsoleStand, said, visit } from './console-stand.ts';

let stand: ConsoleStand;
let page: WebPage;
beforeAll(async () => {
  stand = await openConsoleStand();
  page = await stand.open('');
});
afterAll(async () => {
  await page[Symbol.asyncDispose]();
  await stand[Symbol.asyncDispose]();
});

const ask = <Data>(shape: z.ZodType<Data>, query: string, variables: object = {}): Promise<Data> =>
  stand.ada.query(shape, query, variables);

const totals = z.object({ generations: z.number(), costUsd: z.string() });
const report = z.object({
  usageReport: z.object({ totals, groups: z.array(z.object({ key: z.string().nullable(), totals })) }),
});
const dayMs = 86_400_000;
const range = {
  from: new Date(Date.now() - 2 * dayMs).toISOString(),
  to: new Date(Date.now() + 2 * dayMs).toISOString(),
};
const usageBy = (groupBy: string) =>
  ask(
    report,
    `query ($range: UsageRangeInput!, $groupBy: UsageGroupBy!) { usageReport(range: $range, groupBy: $groupBy) {
      totals { generations costUsd } groups { key totals { generations costUsd } } } }`,
    { range, groupBy },
  );

const figure = (label: string) =>
  page.locator('dl > div', { has: page.getByText(label, { exact: true }) }).locator('dd');

const userId = async (email: string): Promise<string> => {
  const shape = z.object({
    tenant: z.object({
      users: z.object({
        edges: z.array(z.object({ node: z.object({ id: z.string(), email: z.string().nullable() }) })),
      }),
    }),
  });
  const { tenant } = await ask(shape, '{ tenant { users(first: 50) { edges { node { id email } } } } }');
  return tenant.users.edges.find(({ node }) => node.email === email)?.node.id ?? '';
};

test('the overview shows requests and spend of the API, and counts a case when it is opened', async () => {
  await visit(page, '', 'Overview');
  const { usageReport } = await usageBy('DAY');
  await figure('Requests today').getByText(String(usageReport.totals.generations), { exact: true }).waitFor();
  const digits = { style: 'currency', currency: 'USD', maximumSignificantDigits: 2 } as const;
  const cost = new Intl.NumberFormat('en', digits).format(Number(usageReport.totals.costUsd));
  expect(await figure('Spend today').textContent()).toBe(cost);
  await figure('Open cases').getByText('0', { exact: true }).waitFor();
  await stand.grace.send(await stand.grace.createConversation(), 'you are a fucking asshole');
  await figure('Open cases').getByText('1', { exact: true }).waitFor();
});

/** Waits until a figure is another one. */
const moves = async (label: string, from: string | null): Promise<void> => {
  await expect.poll(() => figure(label).textContent(), { timeout: 20_000 }).not.toBe(from);
};

test('figures move while somebody else of the tenant writes, without a reload', async () => {
  const write = async (): Promise<void> => {
    // With a title of its own, the conversation is billed once.
    await stand.grace.converse(await stand.grace.createConversation({ title: 'figures' }), 'script: tokens=5');
  };
  /**
   * Until the page has read for the last time by itself: once at its beginning, and once its subscriptions are surely
   * open. From then on only an event lets it read.
   */
  const show = async (path: string, title: string, operation: string, reads: number): Promise<void> => {
    let count = 0;
    const isLast = (response: Response): boolean => {
      if (new RegExp(`query ${operation}\\b`).test(response.request().postData() ?? '')) count += 1;
      return count === reads;
    };
    const last = page.waitForEvent('response', isLast);
    await visit(page, path, title);
    await (await last).finished();
  };
  // Two subscriptions, each of which lets it read once more.
  await show('', 'Overview', 'Overview', 3);
  const requests = await figure('Requests today').textContent();
  await write();
  await moves('Requests today', requests);
  await show('/usage', 'Usage', 'Usage', 2);
  const generations = await figure('Requests').textContent();
  await write();
  await moves('Requests', generations);
  await show('/tenant', 'Tenant', 'TenantSettings', 2);
  const tokens = await figure('Tokens today').textContent();
  await write();
  await moves('Tokens today', tokens);
});

const readDownload = async (click: () => Promise<void>): Promise<string> => {
  const coming = page.waitForEvent('download');
  await click();
  const chunks: Buffer[] = [];
  for await (const chunk of await (await coming).createReadStream()) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
};

test('usage is that of the API, and its file computes nothing in a spreadsheet', async () => {
  await visit(page, '/usage', 'Usage');
  await page.getByRole('img', { name: 'Cost of each day' }).locator('canvas').waitFor();
  await page.getByRole('combobox', { name: 'Group by' }).selectOption('CONVERSATION');
  await page.getByRole('cell', { name: formulaTitle }).waitFor();
  const { usageReport } = await usageBy('CONVERSATION');
  expect(await page.getByRole('row').count()).toBe(usageReport.groups.length + 1);
  const text = await readDownload(() => page.getByRole('button', { name: 'Save as CSV' }).click());
  const lines = text.trimEnd().split('\r\n');
  expect(lines[0]).toBe(
    '\ufeffkey,name,generations,input_tokens,cached_input_tokens,output_tokens,reasoning_tokens,cost_usd',
  );
  const group = usageReport.groups.find(({ key }) => lines.some((line) => line.startsWith(`${key},"'=HYPERLINK`)));
  const line = lines.find((candidate) => candidate.includes('HYPERLINK'));
  expect(line).toContain(`"'${formulaTitle.replaceAll('"', '""')}",1,`);
  expect(line?.endsWith(`,${group?.totals.costUsd}`)).toBe(true);
  expect(lines.length).toBe(usageReport.groups.length + 1);

  await page.getByLabel('From').fill('2026-11-30');
  await page.getByLabel('To', { exact: true }).fill('2026-11-01');
  await page.getByRole('alert').getByText('not after the last').waitFor();
  expect(await page.getByRole('button', { name: 'Save as CSV' }).isDisabled()).toBe(true);
});

const openUser = async (email: string): Promise<void> => {
  await page.getByRole('button', { name: `Manage ${email}` }).click();
  await page.getByRole('dialog', { name: email }).waitFor();
};

test('a user gets a role and a quota, loses a session and a key, and is deactivated after a question', async () => {
  await using graces = await stand.web.open({ user: 'Grace' });
  const key = await stand.grace.createApiKey({ name: 'nightly export' });
  await visit(page, '/users', 'Users');
  await openUser('grace@acme.example');
  const dialog = page.getByRole('dialog', { name: 'grace@acme.example' });

  await dialog.getByRole('combobox', { name: 'Role' }).selectOption('BILLING_ADMIN');
  await dialog.getByRole('button', { name: 'Set role' }).click();
  await said(page, 'grace@acme.example now has the role BILLING_ADMIN.');
  await dialog.getByLabel('Tokens a day').fill('5000');
  await dialog.getByRole('button', { name: 'Set quota' }).click();
  await said(page, 'The quota of grace@acme.example is set.');
  await dialog.getByRole('button', { name: 'Revoke nightly export' }).click();
  await confirm(page, 'Revoke');
  await said(page, 'The key is revoked.');
  await dialog.getByRole('button', { name: 'End', exact: true }).click();
  await confirm(page, 'End');
  await said(page, 'The session has ended.');
  await graces.reload();
  await graces.getByRole('link', { name: 'Sign in' }).waitFor();

  const state = async () => {
    const user = z.object({
      id: z.string(),
      assignedRole: z.string().nullable(),
      isActive: z.boolean(),
      quota: z.object({ day: z.object({ limitTokens: z.number() }) }),
    });
    const shape = z.object({ tenant: z.object({ users: z.object({ edges: z.array(z.object({ node: user })) }) }) });
    const found = await ask(
      shape,
      '{ tenant { users(first: 50) { edges { node { id assignedRole isActive quota { day { limitTokens } } } } } } }',
    );
    const id = await userId('grace@acme.example');
    return found.tenant.users.edges.find(({ node }) => node.id === id)?.node;
  };
  expect(await state()).toMatchObject({ assignedRole: 'BILLING_ADMIN', quota: { day: { limitTokens: 5000 } } });
  const keys = z.object({
    apiKeys: z.object({
      edges: z.array(z.object({ node: z.looseObject({ id: z.string(), revokedAt: z.string().nullable() }) })),
    }),
  });
  const { apiKeys } = await ask(keys, '{ apiKeys(first: 100) { edges { node { id revokedAt } } } }');
  expect(apiKeys.edges.find(({ node }) => node.id === key.id)?.node.revokedAt).not.toBeNull();

  await dialog.getByRole('button', { name: 'Deactivate' }).click();
  await confirm(page, 'Cancel');
  expect((await state())?.isActive).toBe(true);
  await dialog.getByRole('button', { name: 'Deactivate' }).click();
  await confirm(page, 'Deactivate');
  await said(page, 'grace@acme.example is deactivated.');
  expect((await state())?.isActive).toBe(false);
  await dialog.getByRole('button', { name: 'Let in again' }).click();
  await said(page, 'grace@acme.example may sign in again.');
  expect((await state())?.isActive).toBe(true);
});

test('the tenant gets a name, a budget and limits, and what the plan forbids is refused in words', async () => {
  await visit(page, '/tenant', 'Tenant');
  await page.getByRole('form', { name: 'Name' }).getByLabel('Name').fill('Acme & Söhne');
  await page.getByRole('button', { name: 'Rename' }).click();
  await said(page, 'The tenant is now called Acme & Söhne.');
  await page.getByLabel('US dollars a month').fill('12.50');
  await page.getByRole('button', { name: 'Set budget' }).click();
  await said(page, 'The budget is now 12.50 US dollars a month.');
  const limits = page.getByRole('form', { name: 'Limits', exact: true });
  await limits.getByLabel('Tenant, tokens a day').fill('99999999999999');
  await limits.getByRole('button', { name: 'Set limits' }).click();
  await limits.getByRole('alert').waitFor();
  await limits.getByLabel('Tenant, tokens a day').fill('700000');
  await limits.getByRole('button', { name: 'Set limits' }).click();
  await said(page, 'The limits are set.');
  const shape = z.object({
    tenant: z.object({
      name: z.string(),
      plan: z.string(),
      budget: z.object({ monthlyUsd: z.string().nullable() }),
      quota: z.object({ day: z.object({ limitTokens: z.number() }) }),
    }),
  });
  const state = async () =>
    (await ask(shape, '{ tenant { name plan budget { monthlyUsd } quota { day { limitTokens } } } }')).tenant;
  expect(await state()).toMatchObject({ name: 'Acme & Söhne', quota: { day: { limitTokens: 700_000 } } });
  expect(Number((await state()).budget.monthlyUsd)).toBe(12.5);
  await page.getByRole('button', { name: 'Back to the plan' }).click();
  await confirm(page, 'Back to the plan');
  await said(page, 'The limits of the plan apply.');
  expect((await state()).quota.day.limitTokens).not.toBe(700_000);
  const granted = page.getByRole('form', { name: 'Highest limits' });
  await granted.getByLabel('Tenant, tokens a day').fill('123456');
  await granted.getByRole('button', { name: 'Grant limits' }).click();
  await said(page, 'The highest limits are granted.');
  expect((await state()).quota.day.limitTokens).toBe(123_456);
  await figure('Tokens today').getByText('of 123K').waitFor();
  await page.getByRole('button', { name: 'Take back what was granted' }).click();
  await confirm(page, 'Cancel');
  expect((await state()).quota.day.limitTokens).toBe(123_456);
  await page.getByRole('button', { name: 'Take back what was granted' }).click();
  await confirm(page, 'Take back what was granted');
  await said(page, 'The highest limits of the plan apply.');
  expect((await state()).quota.day.limitTokens).toBeGreaterThan(123_456);
  const operation = page.getByRole('link', { name: 'GrantTenantQuota' });
  expect(await operation.getAttribute('href')).toMatch(/^\/explorer\?query=mutation\+GrantTenantQuota/);
  await page.getByRole('combobox', { name: 'Plan' }).selectOption('ENTERPRISE');
  await page.getByRole('button', { name: 'Set plan' }).click();
  await said(page, 'The plan is now ENTERPRISE.');
  expect((await state()).plan).toBe('ENTERPRISE');
});

test('sharing is forbidden after a question, and allowed again', async () => {
  const shape = z.object({ sharingAllowed: z.boolean() });
  const isAllowed = async () => (await ask(shape, '{ sharingAllowed }')).sharingAllowed;
  await visit(page, '/tenant', 'Tenant');
  await page.getByRole('button', { name: 'Forbid sharing' }).click();
  await confirm(page, 'Forbid sharing');
  await said(page, 'Nothing is shared any more.');
  await page.getByText('Links that were made lead nowhere.').waitFor();
  expect(await isAllowed()).toBe(false);
  await page.getByRole('button', { name: 'Allow sharing' }).click();
  await said(page, 'Conversations may be shared again.');
  expect(await isAllowed()).toBe(true);
});

// The last one that needs her, because Grace is gone afterwards.
test('a user is deleted after a question, and is a row without a name from then on', async () => {
  const conversation = await stand.grace.createConversation({ title: 'gone soon' });
  const id = await userId('grace@acme.example');
  await visit(page, '/users', 'Users');
  await openUser('grace@acme.example');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('Collections that others read stay without the documents.').waitFor();
  await confirm(page, 'Delete');
  await said(page, 'grace@acme.example is deleted.');
  await page.getByRole('dialog', { name: id }).getByRole('button', { name: 'Let in again' }).waitFor();
  expect(await userId('grace@acme.example')).toBe('');
  const left = 'query ($id: ID!) { conversation(id: $id) { id } }';
  await expect
    .poll(() => ask(z.unknown(), left, { id: conversation }), { timeout: 20_000 })
    .toEqual({
      conversation: null,
    });
});

test('nothing on the way was a fault of a script or against the policy of the page', () => {
  expect(page.complaints).toEqual([]);
});
