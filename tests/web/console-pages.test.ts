/** Who sees what of the console, in which language, and that everybody can use it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { uploadFile } from '#tests/support/upload-file.ts';
import { finished } from '#tests/support/web-stand.ts';
import { axeFaults } from './axe-faults.ts';
import { type ConsoleStand, formulaTitle, openConsoleStand, visit } from './console-stand.ts';

const pages = [
  ['', 'Overview'],
  ['/usage', 'Usage'],
  ['/users', 'Users'],
  ['/models', 'Models'],
  ['/routing', 'Routing policies'],
  ['/caches', 'Caches'],
  ['/moderation', 'Moderation'],
  ['/tools', 'Tools'],
  ['/mcp', 'MCP servers'],
  ['/files', 'Files'],
  ['/retrieval', 'Retrieval'],
  ['/tenant', 'Tenant'],
] as const;

let stand: ConsoleStand;
beforeAll(async () => {
  stand = await openConsoleStand();
  const { ada, grace, web } = stand;
  // What the pages of files and of retrieval could show to others: a file that failed, and a collection.
  await uploadFile(web.parlance, grace, { name: 'plans of grace.txt', content: Buffer.from(' ') });
  const create = 'mutation { createCollection(name: "plans of acme", access: TENANT) { id } }';
  await ada.query(z.unknown(), create);
});
afterAll(() => stand[Symbol.asyncDispose]());

test.each([
  ['light', 1280],
  ['dark', 360],
] as const)(
  'axe finds nothing in the %s theme at %d pixels, and no page is wider than that',
  async (colorScheme, width) => {
    await using page = await stand.open('', { colorScheme, viewport: { width, height: 800 } });
    for (const [path, title] of pages) {
      await visit(page, path, title);
      await page.getByText('Reading …').first().waitFor({ state: 'detached' });
      expect([path, await axeFaults(page)]).toEqual([path, []]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    }
    await visit(page, '/users', 'Users');
    await page.getByRole('button', { name: 'Manage grace@acme.example' }).click();
    await page.getByRole('dialog').getByText('No API key.').waitFor();
    expect(await axeFaults(page)).toEqual([]);
    expect(page.complaints).toEqual([]);
  },
);

test('the chat leads administrators to the console, and it has none of its code', async () => {
  await using page = await stand.web.open();
  const chat = new Set<string>();
  const collect = async (address: string): Promise<void> => {
    if (chat.has(address)) return;
    chat.add(address);
    const text = await (await fetch(address)).text();
    for (const [, file = ''] of text.matchAll(/["'`(](?:\.?\/)?(?:assets\/)?([\w-]+\.js)["'`)]/g)) {
      await collect(new URL(`/assets/${file}`, stand.web.origin).href);
    }
    expect([address, /usageReport|setModerationPolicy|Routing policies/.test(text)]).toEqual([address, false]);
  };
  const entry = /src="(\/assets\/[^"]+\.js)"/.exec(await (await fetch(`${stand.web.origin}/`)).text())?.[1] ?? '';
  await collect(new URL(entry, stand.web.origin).href);
  expect(chat.size).toBeGreaterThan(5);
  await page.getByRole('link', { name: 'Console' }).click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
});

test('somebody without a role gets no page of it, and is told who may see it', async () => {
  await using page = await stand.web.open({ user: 'Grace' });
  expect(await page.getByRole('link', { name: 'Console' }).count()).toBe(0);
  for (const [path, title] of pages) {
    await visit(page, path, `${title}: not for you`);
    const content = await page.getByRole('main').textContent();
    expect(content).toMatch(/ADMIN/);
    expect(await page.getByRole('navigation', { name: 'Pages' }).getByRole('link').count()).toBe(0);
    expect(await page.content()).not.toContain('ada@acme.example');
  }
});

test('an administrator of one tenant sees nothing of another, and not what only the operator or BILLING_ADMIN may do', async () => {
  await using page = await stand.open('', { user: 'Bob' });
  for (const [path, title] of pages) {
    await visit(page, path, title);
    await page.getByText('Reading …').first().waitFor({ state: 'detached' });
    expect(await page.content()).not.toMatch(/acme|plans of grace|HYPERLINK/);
  }
  await page.getByText('Only the operator changes the plan').waitFor();
  await page.getByText('This needs the role BILLING_ADMIN.').first().waitFor();
  expect(await page.getByRole('button', { name: 'Set budget' }).count()).toBe(0);
  await visit(page, '/files', 'Files');
  await page.getByText('Nobody has files.').waitFor();
  await page.getByText('None.').waitFor();
  await visit(page, '/models', 'Models');
  await page.getByText('Read only: the catalogue belongs to the operator').waitFor();
  expect(await page.getByRole('form', { name: 'Add or replace a model' }).count()).toBe(0);
  await visit(page, '/usage', 'Usage');
  await page.getByRole('combobox', { name: 'Group by' }).selectOption('CONVERSATION');
  await page.getByRole('cell', { name: 'plans of globex' }).waitFor();
  expect(await page.content()).not.toContain(formulaTitle);
});

test('every page leads to its operation in the explorer, filled in, where the session counts too', async () => {
  await using page = await stand.open('/usage');
  const opened = page.context().waitForEvent('page');
  await page.getByRole('navigation', { name: 'Operations behind this page' }).getByRole('link').first().click();
  const explorer = await opened;
  await explorer.getByRole('button', { name: /Execute query/ }).click();
  await explorer.locator('.graphiql-response', { hasText: '"costUsd"' }).waitFor();
  expect(await explorer.locator('.graphiql-response').textContent()).not.toContain('errors');
  for (const [path, title] of pages) {
    await visit(page, path, title);
    const links = page.getByRole('navigation', { name: 'Operations behind this page' }).getByRole('link');
    expect(await links.first().getAttribute('href')).toMatch(/^\/explorer\?query=/);
  }
});

test('with the keyboard alone a table is sorted, a dialog is opened, and its end gives the focus back', async () => {
  await using page = await stand.open('/users', { viewport: { width: 360, height: 780 } });
  await page.getByRole('button', { name: 'User', exact: true }).press('Enter');
  const names = () => page.locator('tbody tr td:first-child').allInnerTexts();
  const ascending = await names();
  expect(ascending.map((text) => text.slice(0, 3))).toEqual(['ada', 'gra']);
  await page.getByRole('button', { name: 'User', exact: true }).press('Enter');
  await page.getByRole('columnheader', { name: 'User' }).and(page.locator('[aria-sort="descending"]')).waitFor();
  expect(await names()).toEqual(ascending.toReversed());

  const opener = page.getByRole('button', { name: 'Manage grace@acme.example' });
  for (const leave of [
    () => page.keyboard.press('Escape'),
    () => page.getByRole('dialog').getByRole('button', { name: 'Close' }).press('Enter'),
  ]) {
    await opener.press('Enter');
    await page.getByRole('dialog').waitFor();
    await leave();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await opener.evaluate((element) => element === document.activeElement)).toBe(true);
  }
  await page.getByRole('link', { name: 'To the content' }).press('Enter');
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
});

test('it speaks German where the browser asks for it', async () => {
  await using page = await stand.web.browser.newContext({ locale: 'de-DE' }).then((context) => context.newPage());
  await page.goto(`${stand.web.origin}/admin/users`);
  await page.getByRole('link', { name: 'Anmelden' }).click();
  await page.getByRole('button', { name: 'Ada' }).click();
  await page.getByRole('heading', { level: 1, name: 'Nutzer' }).waitFor();
  await page.getByRole('button', { name: 'grace@acme.example verwalten' }).waitFor();
  expect(await page.getByRole('navigation', { name: 'Seiten' }).getByRole('link').allInnerTexts()).toEqual([
    'Überblick',
    'Verbrauch',
    'Nutzer',
    'Modelle',
    'Routing-Regeln',
    'Zwischenspeicher',
    'Moderation',
    'Werkzeuge',
    'MCP-Server',
    'Dateien',
    'Suche in Dokumenten',
    'Mandant',
  ]);
  await visit(page, '/moderation', 'Moderation');
  const thresholds = page.getByRole('region', { name: 'Schwellen' });
  await thresholds.getByRole('cell', { name: 'Selbstverletzung' }).waitFor();
  await page.goto(stand.web.origin);
  await page.getByRole('textbox', { name: 'Nachricht' }).fill('script: tokens=3');
  await page.getByRole('button', { name: 'Senden', exact: true }).click();
  await finished(page).locator('p', { hasText: 'w2' }).waitFor();
  await page.getByRole('button', { name: 'Modell und Kosten' }).click();
  await page.getByText('Warum dieses Modell?').click();
  const reasons = page.getByRole('group').filter({ hasText: 'Warum dieses Modell?' });
  await reasons.getByText('Das beste Modell, das passt.').waitFor();
  await reasons.getByText('Im Moment bedient es niemand.').first().waitFor();
  expect(await reasons.textContent()).not.toMatch(/\b(the|it|is|no|when)\b/i);
});
