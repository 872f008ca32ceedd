/** The list of conversations: found, named, pinned, archived, deleted and brought back, on all devices at once. */
import { expect, test } from 'vitest';
import { finished, running, send, type WebPage, type WebStand } from '#tests/support/web-stand.ts';

const list = (page: WebPage) => page.getByRole('navigation', { name: 'Conversations' });
const choose = async (page: WebPage, title: string, action: string): Promise<void> => {
  await list(page).getByRole('link', { name: title }).hover();
  await page.getByRole('button', { name: `Actions for “${title}”` }).click();
  await page.getByRole('menuitem', { name: action, exact: true }).click();
};

export const listFlows = (stand: () => WebStand): void => {
  test('what is done to a conversation on one device shows on the other, and can be undone', async () => {
    const ada = await stand().parlance.as('ada');
    await ada.createConversation({ title: 'Plans for Rome' });
    await using page = await stand().open();
    await using other = await stand().open();
    await choose(page, 'Plans for Rome', 'Rename');
    await page.keyboard.type('Plans for Naples');
    await page.keyboard.press('Enter');
    await list(other).getByRole('link', { name: 'Plans for Naples' }).waitFor();

    await choose(page, 'Plans for Naples', 'Pin');
    await list(other).getByRole('region', { name: 'Pinned' }).getByRole('link', { name: 'Plans for Naples' }).waitFor();

    await choose(page, 'Plans for Naples', 'Delete');
    await list(other).getByRole('link', { name: 'Plans for Naples' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await list(other).getByRole('link', { name: 'Plans for Naples' }).waitFor();

    await choose(page, 'Plans for Naples', 'Archive');
    await list(other).getByRole('link', { name: 'Plans for Naples' }).waitFor({ state: 'detached' });
    await list(other).getByRole('button', { name: 'Archive' }).click();
    await list(other).getByRole('link', { name: 'Plans for Naples' }).waitFor();
    expect([...page.complaints, ...other.complaints]).toEqual([]);
  });

  test('the list says where a reply is being written and where one waits to be read', async () => {
    await using page = await stand().open();
    await using other = await stand().open();
    await send(page, 'script: tokens=40 pace=40');
    await running(page).locator('p', { hasText: 'w2' }).waitFor();
    await list(other).getByRole('img', { name: 'A reply is being written' }).waitFor();
    await list(page).getByRole('img', { name: 'A reply is being written' }).waitFor();
    // Somebody who leaves before the end has not read it.
    await page.getByRole('link', { name: 'New chat' }).first().click();
    await list(other).getByRole('img', { name: 'Unread' }).waitFor();
    await list(page).getByRole('img', { name: 'Unread' }).waitFor();
    await list(page).getByRole('link', { name: /w0 w1/ }).click();
    await finished(page).locator('p', { hasText: 'w39' }).waitFor();
    await list(other).getByRole('img', { name: 'Unread' }).waitFor({ state: 'detached' });
  });

  test('the search finds titles and words of messages as they are typed, and shows the passage', async () => {
    const ada = await stand().parlance.as('ada');
    const id = await ada.createConversation({ title: 'Gardening' });
    await ada.converse(id, 'when do hydrangeas bloom <b>here</b>');
    await using page = await stand().open();
    await page.getByRole('searchbox').pressSequentially('garden');
    await list(page).getByRole('link', { name: 'Gardening' }).waitFor();
    await page.getByRole('searchbox').fill('hydrangeas');
    await list(page).locator('mark', { hasText: 'hydrangeas' }).waitFor();
    await list(page).getByText('<b>here</b>').waitFor();
    await list(page)
      .getByRole('link', { name: /hydrangeas/ })
      .click();
    await page.waitForURL(`**/c/${id}`);
    await page.getByRole('searchbox').fill('nothing of the kind');
    await list(page).getByText('Nothing was found.').waitFor();
  });

  test('more conversations come as the list is scrolled', async () => {
    const bob = await stand().parlance.as('bob');
    for (let number = 0; number < 70; number += 1) await bob.createConversation({ title: `Number ${number}` });
    await using page = await stand().open({ user: 'Bob' });
    await list(page).getByRole('link', { name: 'Number 69' }).waitFor();
    expect(await list(page).getByRole('link').count()).toBeLessThan(70);
    const first = list(page).getByRole('link', { name: 'Number 0', exact: true });
    await list(page).hover();
    while ((await first.count()) === 0) await page.mouse.wheel(0, 2_000);
    expect(
      await list(page)
        .getByRole('link', { name: /^Number/ })
        .count(),
    ).toBe(70);
  });

  test('an API key is shown once and can be revoked, and another session can be ended', async () => {
    await using page = await stand().open({ user: 'Grace' });
    await using other = await stand().open({ user: 'Grace' });
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'API keys' }).click();
    await page.getByRole('textbox', { name: 'What the key is for' }).fill('my script');
    await page.getByRole('button', { name: 'Make a key' }).click();
    const secret = await page.getByRole('status').locator('code').textContent();
    expect(secret?.length).toBeGreaterThan(20);
    await page.getByRole('button', { name: 'Sessions' }).click();
    await page.getByRole('button', { name: 'API keys' }).click();
    await page.getByText('my script').waitFor();
    expect(await page.content()).not.toContain(secret);
    await page.getByRole('button', { name: 'Revoke “my script”' }).click();
    await page.getByRole('button', { name: 'Revoke for good' }).click();
    await page.getByText('You have no keys.').waitFor();

    await page.getByRole('button', { name: 'Sessions' }).click();
    await page.getByRole('button', { name: 'Sign out there' }).click();
    await other.getByRole('alert').getByText('Your session has ended.').waitFor();
    await page.getByText('(this device)').waitFor();
  });

  test('theme, language and the keys that send stay with the device', async () => {
    await using page = await stand().open();
    await page.keyboard.press('Control+/');
    await page.getByRole('button', { name: 'General' }).click();
    await page.getByRole('radio', { name: 'Dark' }).check();
    await page.getByRole('radio', { name: 'Deutsch' }).check();
    await page.getByRole('radio', { name: 'Strg oder ⌘ und Eingabe' }).check();
    await page.reload();
    const field = page.getByRole('textbox', { name: 'Nachricht' });
    await field.fill('erste Zeile');
    await field.press('Enter');
    expect(await field.inputValue()).toBe('erste Zeile\n');
    const { theme, language } = await page.evaluate(() => ({
      theme: getComputedStyle(document.documentElement).colorScheme,
      language: document.documentElement.lang,
    }));
    expect([theme, language]).toEqual(['dark', 'de']);
  });
};
