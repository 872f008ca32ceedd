/** Rules of a policy in the console, and in the chat why a reply went to its model. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { finished, send } from '#tests/support/web-stand.ts';
import { type ConsoleStand, openConsoleStand, said, visit } from './console-stand.ts';

let stand: ConsoleStand;
beforeAll(async () => {
  stand = await openConsoleStand();
});
afterAll(() => stand[Symbol.asyncDispose]());

const ruleShape = z.object({
  routingPolicies: z.array(
    z.object({
      name: z.string(),
      latencyTargetMs: z.number().nullable(),
      defaultOutputTokens: z.number().nullable(),
      maxOutputTokens: z.number().nullable(),
      rules: z.array(
        z.object({
          complexity: z.array(z.string()),
          languages: z.array(z.string()),
          images: z.boolean().nullable(),
          modelIds: z.array(z.string()),
          pool: z.string().nullable(),
          strict: z.boolean(),
        }),
      ),
    }),
  ),
});
const storedPolicy = async () => {
  const query = `{ routingPolicies { name latencyTargetMs defaultOutputTokens maxOutputTokens
    rules { complexity languages images modelIds pool strict } } }`;
  return (await stand.ada.query(ruleShape, query)).routingPolicies[0];
};

test('an administrator gives a policy rules, in an order, tries a question, and a reply says which rule it followed', async () => {
  await using page = await stand.open('');
  await visit(page, '/routing', 'Routing policies');
  const form = page.getByRole('form', { name: 'Policy', exact: true });
  await form.getByLabel('Name').fill('auto');
  await form.getByLabel('Strategy').selectOption('AUTO');
  await form.getByLabel('Latest first token').fill('2000');
  await form.getByLabel('Tokens of a reply by default').fill('400');
  await form.getByLabel('Most tokens of a reply').fill('900');
  await form.getByRole('checkbox', { name: 'Default of the tenant' }).check();
  const rule = (position: number) => form.getByRole('group', { name: `Rule ${position}`, exact: true });
  await form.getByRole('button', { name: 'Add a rule' }).click();
  await rule(1).getByLabel('Pool').selectOption('EXTERNAL');
  await form.getByRole('button', { name: 'Add a rule' }).click();
  await rule(2).getByRole('checkbox', { name: 'COMPLEX' }).check();
  await rule(2).getByLabel('Languages').fill('en, de');
  await rule(2).getByLabel('Images').selectOption('without');
  await rule(2)
    .getByRole('checkbox', { name: /scripted/ })
    .check();
  await rule(2).getByRole('checkbox', { name: 'No other model' }).check();
  // The first rule has all questions, so the second one is never followed.
  await form.getByRole('button', { name: 'Save' }).click();
  await form.getByText('Rule 2 is never followed, because rule 1 always comes first. Move it up.').waitFor();
  await form.getByRole('button', { name: 'Move rule 2 up' }).click();
  await form.getByRole('button', { name: 'Save' }).click();
  await said(page, 'The policy auto is saved.');
  const none = { complexity: [], languages: [], images: null, modelIds: [], pool: null, strict: false };
  const rules = [
    {
      complexity: ['COMPLEX'],
      languages: ['en', 'de'],
      images: false,
      modelIds: ['openai/scripted'],
      pool: null,
      strict: true,
    },
    { ...none, pool: 'EXTERNAL' },
  ];
  const length = { defaultOutputTokens: 400, maxOutputTokens: 900 };
  const stored = { name: 'auto', latencyTargetMs: 2000, ...length, rules };
  expect(await storedPolicy()).toEqual(stored);

  // What nobody touches stays as it is.
  await page.getByRole('button', { name: 'Edit auto' }).click();
  await form.getByLabel('Description').fill('By what is asked.');
  await form.getByRole('button', { name: 'Save' }).click();
  await said(page, 'The policy auto is saved.');
  await page.getByText('By what is asked.').first().waitFor();
  expect(await storedPolicy()).toEqual(stored);

  const question = 'Prove that the square root of 2 is irrational.';
  await page.getByRole('textbox', { name: 'Question' }).fill(question);
  await page.getByRole('combobox', { name: 'Policy' }).selectOption('auto');
  await page.getByRole('button', { name: 'Explain' }).click();
  await page.getByText(/Judged COMPLEX, language English\./).waitFor();
  await page.getByText(/What was found: .*PROOF/).waitFor();
  const table = page.getByRole('region', { name: 'Rules for the question' });
  await table.getByRole('row', { name: /Rule 1 followed/ }).waitFor();
  await table.getByRole('row', { name: /Rule 2 an earlier one is followed/ }).waitFor();

  await page.goto(new URL('/', page.url()).href);
  await send(page, question);
  await page.waitForURL('**/c/*');
  await finished(page).getByRole('button', { name: 'Model and cost' }).click();
  await page.getByText('Why this model?').click();
  await page.getByText('When it was sent: a hard question, English.').waitFor();
  await page.getByText(/rule 1 asks for it/).waitFor();
  await page.getByText('The policy “auto” chooses. As things stand now:').waitFor();
  expect(page.complaints).toEqual([]);
});

test('the chat says it in German too', async () => {
  await using page = await stand.web.browser.newContext({ locale: 'de-DE' }).then((context) => context.newPage());
  await page.goto(stand.web.origin);
  await page.getByRole('link', { name: 'Anmelden' }).click();
  await page.getByRole('button', { name: 'Ada' }).click();
  await page.getByRole('textbox', { name: 'Nachricht' }).fill('Was ist die Hauptstadt von Frankreich?');
  await page.getByRole('button', { name: 'Senden', exact: true }).click();
  await page.waitForURL('**/c/*');
  await finished(page).getByRole('button', { name: 'Modell und Kosten' }).click();
  await page.getByText('Warum dieses Modell?').click();
  await page.getByText('Beim Senden: eine leichte Frage, Deutsch.').waitFor();
});
