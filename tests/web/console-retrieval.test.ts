/** Retrieval in the console: a typed question, what it finds in which collections, and what each lane says. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { TestClient } from '#tests/support/client.ts';
import { uploadFile } from '#tests/support/upload-file.ts';
import { axeFaults } from './axe-faults.ts';
import { type ConsoleStand, openConsoleStand, visit } from './console-stand.ts';

let stand: ConsoleStand;
beforeAll(async () => {
  stand = await openConsoleStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

const created = z.object({ createCollection: z.object({ id: z.string() }) });
const changed = z.object({
  collectionChanged: z.object({
    documents: z.object({ edges: z.array(z.object({ node: z.object({ status: z.string() }) })) }),
  }),
});

/** A collection with these texts, once all of them are found. */
const fill = async (client: TestClient, name: string, access: string, texts: Readonly<Record<string, string>>) => {
  const { parlance } = stand.web;
  const make = `mutation ($name: String!, $access: CollectionAccess) {
    createCollection(name: $name, access: $access) { id } }`;
  const { id } = (await client.query(created, make, { name, access })).createCollection;
  const fileIds: string[] = [];
  for (const [file, text] of Object.entries(texts)) {
    fileIds.push((await uploadFile(parlance, client, { name: file, content: Buffer.from(text) })).id);
  }
  const add = 'mutation ($id: ID!, $fileIds: [ID!]!) { addDocuments(collectionId: $id, fileIds: $fileIds) { id } }';
  await client.query(z.unknown(), add, { id, fileIds });
  const follow = 'subscription ($id: ID!) { collectionChanged(id: $id) { documents { edges { node { status } } } } }';
  for await (const { collectionChanged } of client.follow(changed, follow, { id })) {
    if (collectionChanged.documents.edges.every(({ node }) => node.status === 'READY')) return;
  }
};

test('an administrator sees what a question finds, by which lane, and nothing of what is private to others', async () => {
  await fill(stand.ada, 'Pumps', 'PRIVATE', {
    'blocked.md': '# Faults\nE-4711: the rotor is blocked. Turn the shaft with a key.',
    'holidays.md': '# Holidays\nEverybody has thirty days of holidays in a year.',
  });
  await fill(stand.ada, 'House rules', 'TENANT', { 'rules.md': 'The door is locked at eight.' });
  await fill(stand.grace, 'Diary', 'PRIVATE', { 'diary.md': 'E-4711 was on my mind all day.' });
  await fill(stand.bob, 'Globex', 'TENANT', { 'globex.md': 'E-4711 at globex.' });
  await using page = await stand.open('/retrieval');
  const form = page.getByRole('form', { name: 'Try a question' });
  const boxes = form.getByRole('group', { name: 'Collections' });
  const pumps = boxes.getByRole('checkbox', { name: /^Pumps · 2 documents/ });
  await pumps.waitFor();
  // Hers, and none that is private to others.
  expect(await boxes.getByRole('checkbox').count()).toBe(2);
  const search = form.getByRole('button', { name: 'Search' });
  expect(await search.isDisabled()).toBe(true);
  await pumps.check();
  await form.getByLabel('Question').fill('What does E-4711 mean?');
  await search.click();
  await page.getByText(/^2 passages in \d+ ms, .* by words and by meaning\.$/).waitFor();
  const rows = page.getByRole('table', { name: 'Passages, best first' }).locator('tbody tr');
  const [first, second] = await rows.allInnerTexts();
  expect(first).toMatch(/^1\s+blocked\.md/);
  expect(first).toContain('the rotor is blocked');
  expect(first?.match(/place 1 of these/g)).toHaveLength(2);
  expect(second).toMatch(/^2\s+holidays\.md/);
  expect(second).toMatch(/not found\s+-?[\d.]+, place 2 of these/);
  expect(await axeFaults(page)).toEqual([]);
  // Its main part scrolls, and not the page.
  expect(await page.evaluate(() => document.documentElement.scrollHeight - innerHeight)).toBe(0);
  await page.setViewportSize({ width: 360, height: 780 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);

  // What it asked for is an operation of the API.
  const [link] = await page.getByRole('link', { name: 'TryRetrieval' }).all();
  expect(decodeURIComponent((await link?.getAttribute('href')) ?? '')).toContain('What+does+E-4711+mean?');
  await form.getByLabel('Passages at most').fill('1');
  await search.click();
  await page.getByText(/^1 passage in/).waitFor();
  // A fault is said in words, and what was found stays.
  await page.route('**/graphql', (route) => route.abort());
  await search.click();
  await form.getByRole('alert').getByText('The server could not be reached.').waitFor();
  expect(await rows.count()).toBe(1);
  expect(page.complaints).toEqual([]);
});

test('an administrator of another tenant chooses among the collections of that tenant', async () => {
  await using page = await stand.open('/retrieval', { user: 'Bob' });
  await visit(page, '/retrieval', 'Retrieval');
  await page.getByRole('checkbox', { name: /^Globex/ }).waitFor();
  expect(await page.getByRole('checkbox').count()).toBe(1);
  expect(await page.content()).not.toMatch(/Pumps|House rules/);
});
