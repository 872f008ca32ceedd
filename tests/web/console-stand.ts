/** The console as administrators have it: a stand of the web client with something in it to administrate. */
import type { Page } from 'playwright-core';
import type { TestClient } from '#tests/support/client.ts';
import { type OpenOptions, openWebStand, type WebPage, type WebStand } from '#tests/support/web-stand.ts';

/** A title that a spreadsheet would compute. */
export const formulaTitle = '=HYPERLINK("http://evil.example","all")';

export interface ConsoleStand extends AsyncDisposable {
  readonly web: WebStand;
  /** Of acme, with every role. */
  readonly ada: TestClient;
  /** Of acme, without a role. */
  readonly grace: TestClient;
  /** ADMIN of globex. */
  readonly bob: TestClient;
  /** A page of the console, signed in. `path` is below /admin. */
  open(path: string, options?: Omit<OpenOptions, 'path'>): Promise<WebPage>;
}

/** Goes to a page of the console that has a title. */
export const visit = async (page: Page, path: string, title: string): Promise<void> => {
  await page.goto(new URL(`/admin${path}`, page.url()).href);
  await page.getByRole('heading', { level: 1, name: title }).waitFor();
};

export const openConsoleStand = async (): Promise<ConsoleStand> => {
  const web = await openWebStand();
  const { parlance } = web;
  const [ada, grace, bob] = await Promise.all([
    parlance.as('ada', { roles: ['USER', 'ADMIN', 'BILLING_ADMIN'], scope: 'models:write tenants:write' }),
    parlance.as('grace'),
    parlance.as('bob', { roles: ['USER', 'ADMIN'] }),
  ]);
  await ada.converse(await ada.createConversation({ title: formulaTitle }), 'script: tokens=7');
  await grace.converse(await grace.createConversation({ title: 'plans of grace' }), 'script: tokens=9');
  await bob.converse(await bob.createConversation({ title: 'plans of globex' }), 'script: tokens=11');
  return {
    web,
    ada,
    grace,
    bob,
    open: (path, options = {}) =>
      web.open({ ...options, path: `/admin${path}`, ready: (page) => page.getByRole('heading', { level: 1 }) }),
    [Symbol.asyncDispose]: () => web[Symbol.asyncDispose](),
  };
};

/** Answers the question that comes before what cannot be undone. */
export const confirm = (page: Page, name: string): Promise<void> =>
  page.getByRole('dialog').last().getByRole('button', { name, exact: true }).click();

/** Waits until the page says what happened. */
export const said = (page: Page, words: string): Promise<void> =>
  page.getByRole('status').getByText(words).last().waitFor();
