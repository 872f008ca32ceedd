/** A conversation in the web client, from the sign-in to the sign-out. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { textOf } from '#tests/scripted-provider/script.ts';
import { finished, running, send, type WebStand } from '#tests/support/web-stand.ts';

/** Of the first paragraph of a reply that has ended. */
const textIn = async (page: Page): Promise<string> =>
  ((await finished(page).locator('p').first().textContent()) ?? '').trim();

export const conversationFlows = (stand: () => WebStand): void => {
  test('somebody signs in, asks, reads the reply as it comes, and signs out', async () => {
    await using page = await stand().open({ isGuest: true });
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Ada' }).click();
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
    await send(page, 'script: tokens=120 pace=10');
    await page.waitForURL('**/c/*');
    await running(page).locator('p', { hasText: 'w3' }).waitFor();
    await finished(page).locator('p', { hasText: 'w119' }).waitFor();
    expect(await textIn(page)).toBe(textOf(120).trim());
    await page
      .locator('[aria-current="page"]')
      .and(page.getByRole('link', { name: /w0 w1/ }))
      .waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
    expect(page.complaints).toEqual([]);
  });

  test('a reply goes on after a reload, and Stop works then', async () => {
    await using page = await stand().open();
    await send(page, 'script: tokens=2000 pace=20');
    await running(page).locator('p', { hasText: 'w10' }).waitFor();
    await page.reload();
    await running(page).locator('p', { hasText: 'w0 w1' }).waitFor();
    const before = (await running(page).textContent()) ?? '';
    await page.waitForFunction(
      (length) => (document.querySelector('article[aria-busy="true"]')?.textContent?.length ?? 0) > length + 50,
      before.length,
    );
    await page.getByRole('button', { name: 'Stop the reply' }).click();
    await finished(page).getByText('Stopped. The text so far is kept.').waitFor();
    const kept = await textIn(page);
    expect(textOf(2000).startsWith(kept)).toBe(true);
    await page.reload();
    await finished(page).getByText('Stopped.').waitFor();
    expect(await textIn(page)).toBe(kept);
    expect(page.complaints).toEqual([]);
  });

  test('two versions of a reply and of a question stand beside each other', async () => {
    await using page = await stand().open();
    await send(page, 'script: tokens=5');
    await finished(page).locator('p', { hasText: 'w4' }).waitFor();
    await page.getByRole('button', { name: 'Another reply' }).click();
    await page.getByRole('menuitem', { name: 'Another reply' }).click();
    await page.getByRole('group', { name: 'Version 2 of 2' }).waitFor();
    await page.getByRole('button', { name: 'Previous version' }).click();
    await page.getByRole('group', { name: 'Version 1 of 2' }).waitFor();

    const question = page.getByRole('article', { name: 'You' });
    await question.hover();
    await question.getByRole('button', { name: 'Edit the question' }).click();
    await page.getByRole('textbox', { name: 'Edit the question' }).fill('script: tokens=7');
    await page.getByRole('button', { name: 'Ask again' }).click();
    await finished(page).locator('p', { hasText: 'w6' }).waitFor();
    await question.getByRole('button', { name: 'Previous version' }).click();
    await finished(page).locator('p', { hasText: 'w4' }).waitFor();
    await page.locator('p', { hasText: 'w6' }).waitFor({ state: 'detached' });
    expect(page.complaints).toEqual([]);
  });

  test('the mark of the moderation appears when its verdict comes after the reply was read', async () => {
    await using page = await stand().open();
    // The verdict is late: what is read at the end of the reply has none yet, and the change comes after that.
    const read = Promise.withResolvers<void>();
    let isRead = false;
    await page.route('**/graphql', async (route) => {
      if (isRead || !route.request().postData()?.includes('query TurnOfReply')) return route.fallback();
      isRead = true;
      const response = await route.fetch();
      const body = (await response.text()).replaceAll(/"moderation":\{[^[]*\[[^\]]*\]\}/g, '"moderation":null');
      await route.fulfill({ response, body });
      read.resolve();
    });
    await page.routeWebSocket('**/graphql', (socket) => {
      const server = socket.connectToServer();
      server.onMessage(async (message) => {
        if (String(message).includes('MESSAGE_MODERATED')) await read.promise;
        socket.send(message);
      });
    });
    await page.reload();
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
    stand().parlance.provider.queue({ texts: ['I will kill you ', 'tomorrow.'] });
    await send(page, 'be rude');
    await finished(page).getByText('Marked by the moderation: threat').waitFor();
    expect(page.complaints).toEqual([]);
  });

  test('a conversation of somebody else, and one that is not there, are not found', async () => {
    const ada = await stand().parlance.as('ada');
    const foreign = await ada.createConversation({ title: 'a secret title' });
    await using page = await stand().open({ user: 'Grace' });
    for (const id of [foreign, '01900000-0000-7000-8000-000000000001', 'nonsense']) {
      await page.goto(`${stand().origin}/c/${id}`);
      await page.getByRole('heading', { name: 'There is no such conversation' }).waitFor();
      expect(await page.content()).not.toContain('a secret title');
    }
    await page.getByRole('main').getByRole('link', { name: 'New chat' }).click();
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
  });
};
