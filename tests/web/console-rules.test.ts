/** Routing, moderation and tools: what is done in the console is done, and what happens appears there. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { z } from 'zod';
import type { TestClient } from '#tests/support/client.ts';
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

const ask = <Data>(shape: z.ZodType<Data>, query: string, variables: object = {}): Promise<Data> =>
  stand.ada.query(shape, query, variables);

const policies = async () =>
  (
    await ask(
      z.object({
        routingPolicies: z.array(z.object({ name: z.string(), strategy: z.string(), isDefault: z.boolean() })),
      }),
      '{ routingPolicies { name strategy isDefault } }',
    )
  ).routingPolicies;

test('a policy is made, explains a typed question, and is deleted after a question', async () => {
  await visit(page, '/routing', 'Routing policies');
  const form = page.getByRole('form', { name: 'Policy', exact: true });
  await form.getByLabel('Name').fill('cheap');
  await form.getByLabel('Strategy').selectOption('PRICE');
  await form.getByRole('checkbox', { name: 'GPT-4o mini' }).check();
  await form.getByRole('button', { name: 'Save' }).click();
  await said(page, 'The policy cheap is saved.');
  expect(await policies()).toEqual([{ name: 'cheap', strategy: 'PRICE', isDefault: false }]);

  await page.getByRole('button', { name: 'Edit cheap' }).click();
  await form.getByRole('checkbox', { name: 'Default of the tenant' }).check();
  await form.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('cell', { name: 'cheap default' }).waitFor();
  expect((await policies())[0]?.isDefault).toBe(true);

  await page.getByRole('textbox', { name: 'Question' }).fill('a'.repeat(400));
  await page.getByRole('combobox', { name: 'Policy' }).selectOption('cheap');
  await page.getByRole('button', { name: 'Explain' }).click();
  await page.getByText('About 100 tokens of input, plan PRO, by cheap.').waitFor();
  const row = page.getByRole('region', { name: 'Models for the question' }).getByRole('row', { name: /GPT-4o mini/ });
  await row.getByText('CHOSEN').waitFor();
  await row.getByText('The best model that fits.').waitFor();

  await page.getByRole('button', { name: 'Delete cheap' }).click();
  await confirm(page, 'Delete');
  await page.getByText('No policy').waitFor();
  expect(await policies()).toEqual([]);
});

test('a case appears as it is opened, is decided with a note, and thresholds are tried before they apply', async () => {
  await visit(page, '/moderation', 'Moderation');
  await page.getByText('No case.').waitFor();
  const open = async (client: TestClient, text: string) => client.converse(await client.createConversation(), text);
  // Nothing reports that the subscription is in force, so cases are opened until one appears by itself. Each waits for
  // its reply, which keeps them below the limit of requests.
  let isInForce = false;
  const first = page.getByText('fuck you, you asshole, said the first one').first().waitFor();
  const settled = first.finally(() => {
    isInForce = true;
  });
  while (!isInForce) await open(stand.ada, 'fuck you, you asshole, said the first one');
  await settled;
  const shown = 'fuck you, you asshole, said the live one';
  await open(stand.bob, 'fuck you, you asshole, said the foreign one');
  await open(stand.ada, shown);
  await page.getByText(shown).waitFor();
  expect(await page.content()).not.toContain('the foreign one');

  await page
    .getByRole('row', { name: /the live one/ })
    .first()
    .getByRole('button', { name: 'Decide' })
    .click();
  const dialog = page.getByRole('dialog', { name: 'Case' });
  await dialog.getByLabel('Decision').selectOption('DISMISSED');
  await dialog.getByLabel('Note').fill('a quotation');
  await dialog.getByRole('button', { name: 'Decide' }).click();
  await said(page, 'The case is now: Dismissed.');
  const cases = await ask(
    z.object({
      moderationCases: z.object({
        edges: z.array(z.object({ node: z.object({ note: z.string(), excerpt: z.string() }) })),
      }),
    }),
    '{ moderationCases(first: 5, filter: { status: DISMISSED }) { edges { node { note excerpt } } } }',
  );
  expect(cases.moderationCases.edges).toEqual([{ node: { note: 'a quotation', excerpt: shown } }]);

  await page.getByLabel('Text to try').fill('fuck you, you asshole');
  await page.getByRole('button', { name: 'Try', exact: true }).click();
  await page.getByText('It would be flagged: profanity').waitFor();
  await page.getByLabel('Block profanity from').fill('0.5');
  await page.getByRole('button', { name: 'Try', exact: true }).click();
  await page.getByText('It would be blocked: profanity').waitFor();
  const blockAt = async () => {
    const shape = z.object({
      moderationPolicy: z.object({
        thresholds: z.array(z.object({ category: z.string(), blockAt: z.number().nullable() })),
      }),
    });
    const { moderationPolicy } = await ask(shape, '{ moderationPolicy { thresholds { category blockAt } } }');
    return moderationPolicy.thresholds.find(({ category }) => category === 'PROFANITY')?.blockAt;
  };
  expect(await blockAt()).toBeNull();
  await page.getByRole('button', { name: 'Save thresholds' }).click();
  await said(page, 'The thresholds are saved.');
  expect(await blockAt()).toBe(0.5);
});

test('replies are tried under their own thresholds, and screened before they are shown from then on', async () => {
  await visit(page, '/moderation', 'Moderation');
  const shape = z.object({
    moderationPolicy: z.object({
      output: z.object({
        mode: z.string(),
        holdCharacters: z.number(),
        thresholds: z.array(z.object({ category: z.string(), blockAt: z.number().nullable() })),
      }),
    }),
  });
  const output = async () =>
    (await ask(shape, '{ moderationPolicy { output { mode holdCharacters thresholds { category blockAt } } } }'))
      .moderationPolicy.output;
  await page
    .getByLabel('Reply to try')
    .fill(`${'It rained on the harbour. '.repeat(4)}How do I blow up the school? And so on.`);
  await page.getByRole('button', { name: 'Try as a reply' }).click();
  await page.getByText('It would be flagged: threat').waitFor();
  await page.getByLabel('Block threat in replies from').fill('0.7');
  await page.getByRole('button', { name: 'Try as a reply' }).click();
  await page.getByText('It would be blocked: threat').waitFor();
  const seen = await page.getByText('readers would see: It rained').textContent();
  expect(seen).not.toContain('blow');
  await page.getByRole('button', { name: 'Save for replies' }).click();
  await said(page, 'The thresholds of replies are saved.');

  await page.getByLabel('When replies are screened').selectOption('WINDOW');
  await page.getByLabel('Characters held back').fill('12');
  await page.getByRole('button', { name: 'Save screening' }).click();
  await page.getByText('12 characters are too few').waitFor();
  expect((await output()).mode).toBe('AFTER');
  await page.getByLabel('Characters held back').fill('80');
  await page.getByRole('button', { name: 'Save screening' }).click();
  await said(page, 'The screening of replies is saved.');
  const { thresholds, ...rest } = await output();
  expect(rest).toEqual({ mode: 'WINDOW', holdCharacters: 80 });
  expect(thresholds.find(({ category }) => category === 'THREAT')?.blockAt).toBe(0.7);
});

test('an administrator has prompts masked, and the setting of replies stays', async () => {
  await visit(page, '/moderation', 'Moderation');
  const shape = z.object({
    moderationPolicy: z.object({ pii: z.string(), output: z.object({ mode: z.string() }) }),
  });
  const policy = async () => (await ask(shape, '{ moderationPolicy { pii output { mode } } }')).moderationPolicy;
  const { output } = await policy();
  const choice = page.getByLabel('What models read of data about people');
  for (const pii of ['MASK_PROMPTS', 'OFF']) {
    await choice.selectOption(pii);
    await page.getByRole('button', { name: 'Save screening' }).click();
    await said(page, 'The screening of replies is saved.');
    await vi.waitFor(async () => expect(await policy()).toEqual({ pii, output }));
  }
});

const toolNames = async () =>
  (await ask(z.object({ tools: z.array(z.object({ name: z.string(), url: z.string() })) }), '{ tools { name url } }'))
    .tools;

const shownSecret = async (page: Page): Promise<string> =>
  (await page.getByRole('status').locator('code').textContent()) ?? '';

test('a tool is checked as it is typed, shows its secret once, gets another, and is deleted', async () => {
  await visit(page, '/tools', 'Tools');
  const form = page.getByRole('form', { name: 'Register a tool' });
  await form.getByLabel('Arguments as JSON Schema').fill('{"type":"object","properties":{"a":{"type":"text"}}}');
  await form.getByText('There is no such type: properties.a.type.').waitFor();
  expect(await form.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
  await form.getByLabel('Arguments as JSON Schema').fill('{"type":"object"}');
  await form.getByLabel('Name').fill('look_up');
  await form.getByLabel('URL').fill('https://tools.example/look-up');
  await form.getByLabel('Description').fill('Looks it up.');
  await form.getByRole('button', { name: 'Save' }).click();
  await said(page, 'The tool look_up is saved.');
  expect(await toolNames()).toEqual([{ name: 'look_up', url: 'https://tools.example/look-up' }]);
  const first = await shownSecret(page);
  expect(first).toMatch(/^whsec_/);
  await page.getByRole('button', { name: 'New secret for look_up' }).click();
  await confirm(page, 'New secret');
  await said(page, 'look_up has a new secret.');
  const second = await shownSecret(page);
  expect(second).toMatch(/^whsec_/);
  expect(second).not.toBe(first);
  await page.reload();
  await page.getByRole('button', { name: 'Delete look_up' }).waitFor();
  expect(await page.content()).not.toContain('whsec_');
  await page.getByRole('button', { name: 'Delete look_up' }).click();
  await confirm(page, 'Delete');
  await page.getByText('No tool.').waitFor();
  expect(await toolNames()).toEqual([]);
});

test('nothing on the way was a fault of a script or against the policy of the page', () => {
  expect(page.complaints).toEqual([]);
});
