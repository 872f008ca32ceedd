/** Sharing, exporting and importing: a link that a stranger opens, files that come out, and a file that goes in. */
import { readFile } from 'node:fs/promises';
import { v7 as uuidv7 } from 'uuid';
import { expect, test } from 'vitest';
import type { WebPage, WebStand } from '#tests/support/web-stand.ts';
import { axeFaults } from '../axe-faults.ts';

const openTransfer = async (page: WebPage, title: string): Promise<void> => {
  const list = page.getByRole('navigation', { name: 'Conversations' });
  await list.getByRole('link', { name: title }).hover();
  await page.getByRole('button', { name: `Actions for “${title}”` }).click();
  await page.getByRole('menuitem', { name: 'Share and export' }).click();
};

export const transferFlows = (stand: () => WebStand): void => {
  test('a chat is shared by a link that a stranger reads without a script, until that is ended', async () => {
    const ada = await stand().parlance.as('ada');
    const title = `Shared ${uuidv7()}`;
    const id = await ada.createConversation({ title });
    await ada.converse(id, 'script: tokens=3 **for everybody**');
    await using page = await stand().open();
    await openTransfer(page, title);
    const part = page.getByRole('region', { name: 'Share by a link' });
    await part.getByRole('checkbox', { name: 'Share attached files and cited passages too' }).check();
    await part.getByRole('button', { name: 'Make a link' }).click();
    await part.getByText('With attached files and cited passages.').waitFor();
    const link = await part.locator('code').textContent();
    await part.getByText(/The link works until/).waitFor();
    expect(await axeFaults(page)).toEqual([]);

    const stranger = await stand().browser.newContext({ javaScriptEnabled: false, locale: 'de-DE' });
    const shared = await stranger.newPage();
    const requests: string[] = [];
    shared.on('request', (request) => requests.push(request.url()));
    await shared.goto(link ?? '');
    expect(await shared.getByRole('heading', { level: 1 }).textContent()).toBe(title);
    expect(await shared.locator('strong').textContent()).toBe('for everybody');
    expect(await shared.locator('html').getAttribute('lang')).toBe('de');
    // The page itself, and nothing that it would have to load.
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([link]);

    await part.getByRole('button', { name: 'Stop sharing' }).click();
    await part.getByRole('button', { name: 'Make a link' }).waitFor();
    await shared.reload();
    expect(await shared.getByRole('heading', { level: 1 }).textContent()).toBe('Hier ist nichts geteilt');
    await stranger.close();

    // Where the tenant forbids it, the dialog says so, and offers nothing that would be refused.
    const admin = await stand().parlance.as('ada', { roles: ['ADMIN'] });
    const set = 'mutation ($allowed: Boolean!) { setSharing(isAllowed: $allowed) }';
    await admin.ask(set, { allowed: false });
    await page.keyboard.press('Escape');
    await openTransfer(page, title);
    await part.getByText('Your organization does not allow sharing by a link.').waitFor();
    expect(await part.getByRole('button').count()).toBe(0);
    await admin.ask(set, { allowed: true });
    expect(page.complaints).toEqual([]);
  });

  test('a chat is exported, and imported by somebody else with a report of what was left out', async () => {
    const ada = await stand().parlance.as('ada');
    const title = `Exported ${uuidv7()}`;
    const id = await ada.createConversation({ title });
    await ada.converse(id, 'script: tokens=3');
    await using page = await stand().open();
    await openTransfer(page, title);
    await page.getByRole('button', { name: 'JSON, to import again' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: `Download ${title}.json` }).click(),
    ]);
    const buffer = await readFile(await download.path());
    // What was exported is there after a reload too.
    await page.reload();
    await openTransfer(page, title);
    await page.getByRole('link', { name: `Download ${title}.json` }).waitFor();
    expect(page.complaints).toEqual([]);

    await using other = await stand().open({ user: 'Grace' });
    await other.getByRole('button', { name: 'Settings' }).click();
    await other.getByRole('button', { name: 'Your data' }).click();
    const choose = async (): Promise<void> => {
      const file = { name: 'chats.json', mimeType: 'application/json', buffer };
      await other.locator('input[type=file][accept*=zip]').setInputFiles(file);
    };
    await choose();
    await other.getByText('Imported: 1 chats, 2 messages').waitFor();
    await choose();
    await other.getByText(`1 × there already (${title})`).waitFor();
    await other.getByRole('button', { name: 'Make the archive' }).click();
    const archive = other.getByRole('link', { name: /Download parlance-.*\.zip/ });
    await archive.waitFor();
    expect(await axeFaults(other)).toEqual([]);
    await other.reload();
    await other.getByRole('button', { name: 'Settings' }).click();
    await other.getByRole('button', { name: 'Your data' }).click();
    await archive.waitFor();
    await other.keyboard.press('Escape');
    await other.getByRole('link', { name: title }).waitFor();
    expect(other.complaints).toEqual([]);
  });
};
