/** The catalogue in the console: what the operator does there is done, and what a price is not asked for stays. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { WebPage } from '#tests/support/web-stand.ts';
import { type ConsoleStand, confirm, openConsoleStand, said, visit } from './console-stand.ts';

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

const priceShape = z.object({
  model: z.object({
    enabled: z.boolean(),
    prices: z.array(z.object({ output: z.string(), cacheWrite: z.string(), effectiveFrom: z.string() })),
  }),
});
const modelState = async (id: string) =>
  (
    await stand.ada.query(
      priceShape,
      'query ($id: ID!) { model(id: $id) { enabled prices { output cacheWrite effectiveFrom } } }',
      { id },
    )
  ).model;

test('the operator schedules a price, disables a model after a question, and adds one', async () => {
  await visit(page, '/models', 'Models');
  await page.getByRole('button', { name: 'Details of GPT-4.1', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: 'GPT-4.1' });
  await dialog.getByLabel('Output').fill('9.25');
  await dialog.getByLabel('From').fill('2099-01-01T00:00');
  await dialog.getByRole('button', { name: 'Set price' }).click();
  await dialog.getByText('scheduled').waitFor();
  await dialog.getByRole('cell', { name: '$9.25' }).waitFor();
  expect((await modelState('openai/gpt-4.1')).prices[0]?.output).toBe('9.25');
  await dialog.getByRole('button', { name: 'Disable' }).click();
  await confirm(page, 'Disable');
  await dialog.getByRole('button', { name: 'Enable' }).waitFor();
  expect((await modelState('openai/gpt-4.1')).enabled).toBe(false);
  await dialog.getByRole('button', { name: 'Enable' }).click();
  await said(page, 'GPT-4.1 is enabled.');
  expect((await modelState('openai/gpt-4.1')).enabled).toBe(true);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });

  const form = page.getByRole('form', { name: 'Add or replace a model' });
  await form.getByLabel('Id').fill('nobody/novel');
  await form.getByLabel('Name').fill('Novel');
  await form.getByLabel('Context window').fill('8000');
  await form.getByLabel('Longest reply').fill('1000');
  await form.getByLabel('Input', { exact: true }).fill('1');
  await form.getByLabel('Cached input').fill('1');
  await form.getByLabel('Writes to the cache').fill('1.25');
  await form.getByLabel('Output').fill('2.5');
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByRole('alert').getByText('The provider is not in the models file').waitFor();
  await form.getByLabel('Id').fill('openai/novel');
  await form.getByRole('button', { name: 'Save' }).click();
  await said(page, 'Novel is in the catalogue.');
  expect((await modelState('openai/novel')).prices[0]).toMatchObject({ output: '2.5', cacheWrite: '1.25' });

  // Another price for the reply leaves the other figures as they are.
  await page.getByRole('button', { name: 'Details of Novel', exact: true }).click();
  const novel = page.getByRole('dialog', { name: 'Novel' });
  await novel.getByLabel('Output').fill('3');
  await novel.getByRole('button', { name: 'Set price' }).click();
  await novel.getByRole('cell', { name: '$3' }).first().waitFor();
  expect((await modelState('openai/novel')).prices[0]).toMatchObject({ output: '3', cacheWrite: '1.25' });
  await page.keyboard.press('Escape');
  await novel.waitFor({ state: 'detached' });
});

test('nothing on the way was a fault of a script or against the policy of the page', () => {
  expect(page.complaints).toEqual([]);
});
